#include <torch/distributions/independent.h>

#include <torch/distributions/constraints/independent.h>

#include <ATen/ops/arange.h>
#include <ATen/ops/pow.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include "constraints/points.h"
#include "core/raise.h"
#include "ops/tensor/sum_rightmost.h"

namespace torch::distributions {
namespace {

constexpr int64_t kMostValues = 1 << 20;  // the limit of enumerate_support

}  // namespace

const Signature<Independent>& Independent::signature() {
  static const Signature<Independent> s{.name = "Independent",
                                        .support = [](const Independent& d) -> ConstraintPtr {
                                          const ConstraintPtr base = d.base_dist_->support();
                                          const int64_t ndims = d.reinterpreted_batch_ndims_;
                                          if (ndims == 0) return base;
                                          return constraints::independent(base, ndims);
                                        }};
  return s;
}

Independent::Independent(DistributionPtr base_distribution, int64_t reinterpreted_batch_ndims,
                         Validate validate_args)
    : Implements(validate_args.value().value_or(false)),
      base_dist_(std::move(base_distribution)),
      reinterpreted_batch_ndims_(reinterpreted_batch_ndims) {
  require_handle("Independent", "base_distribution", base_dist_);
  const auto batch = base_dist_->batch_shape(), event = base_dist_->event_shape();
  const auto batch_dims = static_cast<int64_t>(batch.size());
  TORCH_DISTRIBUTIONS_CHECK(
      ValueError, reinterpreted_batch_ndims >= 0 && reinterpreted_batch_ndims <= batch_dims,
      "Independent: expected 0 <= reinterpreted_batch_ndims <= "
      "len(base_distribution.batch_shape), actual ",
      reinterpreted_batch_ndims, " vs ", batch_dims);
  const auto kept = static_cast<std::size_t>(batch_dims - reinterpreted_batch_ndims);
  at::DimVector event_shape(batch.slice(kept));
  event_shape.append(event.begin(), event.end());
  set_batch_shape(batch.slice(0, kept));
  set_event_shape(event_shape);
}

IntArrayRef Independent::reinterpreted_sizes() const {
  const auto batch = base_dist_->batch_shape();
  return batch.slice(batch.size() - static_cast<std::size_t>(reinterpreted_batch_ndims_));
}

Tensor Independent::do_sample(IntArrayRef shape, std::optional<Generator> generator) const {
  return base_dist_->sample(sample_shape(shape), std::move(generator));
}

Tensor Independent::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  return base_dist_->rsample(sample_shape(shape), std::move(generator));
}

std::pair<Tensor, Tensor> Independent::do_rsample_with_log_prob(
    IntArrayRef shape, std::optional<Generator> generator) const {
  auto [draws, log_prob] =
      base_dist_->rsample_with_log_prob(sample_shape(shape), std::move(generator));
  return {draws, ops::sum_rightmost(log_prob, reinterpreted_batch_ndims_)};
}

Tensor Independent::do_log_prob(const Tensor& value) const {
  return log_prob_of_part(*base_dist_, value,
                          {.dims = reinterpreted_batch_ndims_, .validate = true});
}

Tensor Independent::do_cdf(const Tensor& value) const {
  const Tensor cdf = base_dist_->cdf(value);
  return reinterpreted_batch_ndims_ == 0 ? cdf : cdf.flatten(-reinterpreted_batch_ndims_).prod(-1);
}

Tensor Independent::do_entropy() const {
  return ops::sum_rightmost(base_dist_->entropy(), reinterpreted_batch_ndims_);
}

Tensor Independent::do_enumerate_support(bool expand) const {
  if (reinterpreted_batch_ndims_ == 0) return base_dist_->enumerate_support(expand);
  const auto batch = batch_shape(), event = event_shape(), base_event = base_dist_->event_shape();
  Tensor of_element = base_dist_->enumerate_support(/*expand=*/false);
  const int64_t choices = of_element.size(0),
                elements = c10::multiply_integers(reinterpreted_sizes());
  const double count = std::pow(choices, elements);
  TORCH_DISTRIBUTIONS_CHECK(ValueError, count <= static_cast<double>(kMostValues),
                            "Independent::enumerate_support: the support has ", choices, "^",
                            elements, " = ", count, " values, and at most ", kMostValues,
                            " are enumerated");

  // Element i of value n is digit i of n in base `choices`.
  const auto integers = of_element.options().dtype(at::kLong).requires_grad(false);
  const Tensor places = at::pow(choices, at::arange(elements - 1, -1, -1, integers));
  const Tensor digits = at::arange(static_cast<int64_t>(count), integers)
                            .unsqueeze(-1)
                            .floor_divide(places)
                            .remainder(choices);

  at::DimVector shape{choices};
  shape.append(base_event.begin(), base_event.end());
  of_element = of_element.reshape(shape);
  shape.assign({static_cast<int64_t>(count)});
  shape.append(batch.size(), 1);
  shape.append(event.begin(), event.end());
  const Tensor values = of_element.index_select(0, digits.flatten()).view(shape);
  if (!expand) return values;
  std::copy(batch.begin(), batch.end(), shape.begin() + 1);
  return values.expand(shape);
}

Tensor Independent::do_impossible(const Tensor& value) const {
  return any_rightmost(impossible_of_part(*base_dist_, value), reinterpreted_batch_ndims_);
}

void Independent::change(const core::Change& change) {
  Implements::change(change);
  base_dist_ = base_dist_->changed(change.within(reinterpreted_sizes()));
}

void Independent::print(std::ostream& out) const {
  out << "Independent(" << *base_dist_ << ", " << reinterpreted_batch_ndims_ << ')';
}

}  // namespace torch::distributions
