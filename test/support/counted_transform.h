#pragma once

#include <gtest/gtest.h>
#include <torch/distributions/transformed_distribution.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/tensors.h"

/// Checks that a distribution is not evaluated by its transforms.

namespace torch::distributions::test {

/// Another transform, with a counter of the calls that compute something.
class CountedTransform final : public ImplementsTransform<CountedTransform> {
 public:
  CountedTransform(TransformPtr counted, std::shared_ptr<int> calls)
      : counted_(std::move(counted)), calls_(std::move(calls)) {}

  bool bijective() const override { return counted_->bijective(); }
  ConstraintPtr domain() const override { return counted_->domain(); }
  ConstraintPtr codomain() const override { return counted_->codomain(); }
  Tensor sign() const override { return count().sign(); }
  std::vector<int64_t> forward_shape(IntArrayRef shape) const override {
    return counted_->forward_shape(shape);
  }
  std::vector<int64_t> inverse_shape(IntArrayRef shape) const override {
    return counted_->inverse_shape(shape);
  }

 private:
  Tensor do_forward(const Tensor& x) const override { return count()(x); }
  Tensor do_inverse(const Tensor& y) const override { return (*count().inv())(y); }
  Tensor do_log_abs_det_jacobian(const Tensor& x, const Tensor& y) const override {
    return count().log_abs_det_jacobian(x, y);
  }
  Preimage do_preimage(const Tensor& y, bool with_jacobian) const override {
    return count().preimage(y, with_jacobian);
  }
  Tensor do_limit(const Tensor& x) const override { return count().limit(x); }
  Tensor do_inverse_limit(const Tensor& y) const override { return count().inverse_limit(y); }

  const Transform& count() const {
    ++*calls_;
    return *counted_;
  }

  TransformPtr counted_;
  std::shared_ptr<int> calls_;
};

/// A distribution of a class derived from TransformedDistribution, whose transforms are counted.
template <class Family>
class WithCountedTransforms : public Family {
 public:
  explicit WithCountedTransforms(const Family& family) : Family(family) {
    std::vector<TransformPtr> counted;
    for (const TransformPtr& each : this->transforms())
      counted.push_back(CountedTransform(each, calls_));
    this->transform(this->base_dist(), std::move(counted));
  }

  int calls() const { return *calls_; }

 private:
  std::shared_ptr<int> calls_ = std::make_shared<int>(0);
};

/// Expects that the methods give the results of `family` without a call of a transform. Draws may
/// call them.
template <class Family>
void expect_no_transform_is_called(const Family& family, const Tensor& values,
                                   const Tensor& probabilities) {
  const WithCountedTransforms<Family> counted(family);
  TransformedDistribution(counted.base_dist(), counted.transforms()).sample();
  const int before = counted.calls();
  EXPECT_GT(before, 0);
  const std::vector<std::pair<std::string, std::function<Tensor(const Distribution&)>>> methods{
      {"log_prob", [&](const Distribution& d) { return d.log_prob(values); }},
      {"cdf", [&](const Distribution& d) { return d.cdf(values); }},
      {"icdf", [&](const Distribution& d) { return d.icdf(probabilities); }},
      {"log_cdf", [&](const Distribution& d) { return d.log_cdf(values); }},
      {"survival_function", [&](const Distribution& d) { return d.survival_function(values); }},
      {"log_survival_function",
       [&](const Distribution& d) { return d.log_survival_function(values); }},
      {"mean", [](const Distribution& d) { return d.mean(); }},
      {"mode", [](const Distribution& d) { return d.mode(); }},
      {"variance", [](const Distribution& d) { return d.variance(); }},
      {"stddev", [](const Distribution& d) { return d.stddev(); }},
      {"entropy", [](const Distribution& d) { return d.entropy(); }},
  };
  for (const auto& [name, method] : methods) {
    EXPECT_TRUE(method(counted).equal(method(family))) << name;
    EXPECT_EQ(counted.calls(), before) << name;
  }
}

}  // namespace torch::distributions::test
