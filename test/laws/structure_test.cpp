/// Expanding, converting, detaching and other memory layouts do not change the results.

#include <ATen/CPUGeneratorImpl.h>

#include <torch/csrc/autograd/autograd.h>

#include "laws/laws.h"

namespace torch::distributions::test {
namespace {

using OfParameters = Tensor (Distribution::*)() const;
constexpr OfParameters kOfParameters[] = {&Distribution::mean,     &Distribution::mode,
                                          &Distribution::variance, &Distribution::stddev,
                                          &Distribution::entropy,  &Distribution::perplexity};

class Structure : public ::testing::TestWithParam<Case> {
 protected:
  const DistributionPtr distribution_ = GetParam().make(false);
  const Tensor values_ = GetParam().values();
};

TEST_P(Structure, ExpandCommutesWithEveryFunction) {
  at::DimVector batch(distribution_->batch_shape());
  batch.insert(batch.begin(), 3);
  const DistributionPtr expanded = distribution_->expand(batch);
  EXPECT_EQ(expanded->batch_shape(), at::IntArrayRef(batch));
  EXPECT_EQ(expanded->type(), distribution_->type());
  const Tensor value = distribution_->sample();
  const Tensor log_prob = distribution_->log_prob(value);
  EXPECT_TRUE(agrees(expanded->log_prob(value), log_prob.expand(batch), 8, log_prob.scalar_type()));
  for (const OfParameters function : kOfParameters) {
    const auto once = if_implemented([&] { return (*distribution_.*function)(); });
    if (!once) continue;
    at::DimVector shape(batch);
    if (once->dim() > static_cast<int64_t>(distribution_->batch_shape().size())) {
      shape.append(distribution_->event_shape().begin(), distribution_->event_shape().end());
    }
    EXPECT_TRUE(agrees((*expanded.*function)(), once->expand(shape), 8, once->scalar_type()));
  }
  EXPECT_EQ(expanded->sample({2}).sizes()[1], 3);
}

TEST_P(Structure, EveryMethodKeepsTheDtype) {
  for (const auto dtype : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16}) {
    if ((dtype == at::kHalf || dtype == at::kBFloat16) &&
        family(GetParam().distribution).has("no half")) {
      continue;
    }
    SCOPED_TRACE(at::toString(dtype));
    const DistributionPtr converted =
        GetParam().build({.validate_args = false, .dtype = dtype}).distribution;
    const Tensor value = values_.is_floating_point() ? values_.to(dtype) : values_;
    EXPECT_EQ(converted->log_prob(value).scalar_type(), dtype);
    const Tensor sample = converted->sample();
    if (sample.is_floating_point()) {
      EXPECT_EQ(sample.scalar_type(), dtype);
    }
    for (const OfParameters function : kOfParameters) {
      const auto result = if_implemented([&] { return (*converted.*function)(); });
      if (result) {
        EXPECT_TRUE(!result->is_floating_point() || result->scalar_type() == dtype);
      }
    }
  }
}

TEST_P(Structure, HalfIsTheRoundedFloat) {
  const Family& own = family(GetParam().distribution);
  if (own.has("no half") || own.has("rounded values") || !is_ordinary(GetParam())) return;
  for (const auto dtype : {at::kHalf, at::kBFloat16}) {
    const Built low = GetParam().build({.validate_args = false, .dtype = dtype});
    std::vector<Tensor> widened;
    for (const auto& [path, tensor] : low.parameters) {
      widened.push_back(tensor.is_floating_point() ? tensor.to(at::kFloat) : tensor);
    }
    const DistributionPtr wide =
        GetParam()
            .build({.validate_args = false, .dtype = at::kFloat, .replacements = widened})
            .distribution;
    const Tensor value = values_.is_floating_point() ? values_.to(dtype) : values_;
    const Tensor want =
        wide->log_prob(value.is_floating_point() ? value.to(at::kFloat) : value).to(dtype);
    EXPECT_TRUE(agrees(low.distribution->log_prob(value), want, 4, dtype));
  }
}

TEST_P(Structure, LayoutOfTheValueDoesNotMatter) {
  const Tensor want = distribution_->log_prob(values_);
  const auto dtype = want.scalar_type();
  const Tensor strided = at::stack({values_, values_}, -1).select(-1, 1);
  EXPECT_TRUE(agrees(distribution_->log_prob(strided), want, 0, dtype));
  const Tensor transposed = values_.transpose(0, -1).contiguous().transpose(0, -1);
  EXPECT_TRUE(agrees(distribution_->log_prob(transposed), want, 4, dtype));
  const Tensor twice = values_.unsqueeze(0).expand([&] {
    at::DimVector shape(values_.sizes());
    shape.insert(shape.begin(), 2);
    return shape;
  }());
  EXPECT_TRUE(agrees(distribution_->log_prob(twice).select(0, 1), want, 4, dtype));
  EXPECT_EQ(distribution_->log_prob(values_.slice(0, 0, 0)).size(0), 0);
}

/// The same numbers as a lazy negation, whose memory holds their negatives.
Tensor lazily_negated(const Tensor& t) {
  return t.is_floating_point() ? at::_neg_view(t.neg()) : t;
}

TEST_P(Structure, ALazyNegationIsCarriedOut) {
  for (const bool validates : {false, true}) {
    const Built plain = GetParam().build({.validate_args = validates});
    std::vector<Tensor> replacements;
    for (const auto& [path, tensor] : plain.parameters)
      replacements.push_back(lazily_negated(tensor));
    const DistributionPtr lazy =
        GetParam().build({.validate_args = validates, .replacements = replacements}).distribution;
    const auto expect_same = [&](const auto& function, double roundings = 8) {
      at::manual_seed(5);
      const auto want = if_implemented([&] { return function(*plain.distribution, values_); });
      at::manual_seed(5);
      const auto got = if_implemented([&] { return function(*lazy, lazily_negated(values_)); });
      ASSERT_EQ(got.has_value(), want.has_value());
      if (got) {
        EXPECT_TRUE(agrees(*got, *want, roundings, want->scalar_type()));
      }
    };
    expect_same([](const Distribution& d, const Tensor& x) { return d.log_prob(x); });
    expect_same([](const Distribution& d, const Tensor&) { return d.sample({3}); });
    expect_same([](const Distribution& d, const Tensor&) { return d.rsample({3}); });
    for (const OfParameters function : kOfParameters) {
      // The exponential turns an absolute error into a relative one.
      double exponent = 1;
      if (function == static_cast<OfParameters>(&Distribution::perplexity)) {
        const auto entropy = if_implemented([&] { return plain.distribution->entropy(); });
        if (entropy && entropy->numel() > 0) exponent = entropy->abs().max().item<double>();
      }
      expect_same([&](const Distribution& d, const Tensor&) { return (d.*function)(); },
                  8 * std::max(exponent, 1.0));
    }
    if (is_scalar_event(*lazy))
      expect_same([](const Distribution& d, const Tensor& x) { return d.cdf(x); });
  }
}

TEST_P(Structure, IntegerValuesAreTakenAsNumbers) {
  if (!distribution_->support()->is_discrete()) return;
  const Tensor want = distribution_->log_prob(values_);
  EXPECT_TRUE(agrees(distribution_->log_prob(values_.to(at::kLong)), want, 0, want.scalar_type()));
}

TEST_P(Structure, MixedDtypesPromote) {
  if (GetParam().dtype != at::kFloat || distribution_->support()->is_discrete()) return;
  EXPECT_EQ(distribution_->log_prob(values_.to(at::kDouble)).scalar_type(), at::kDouble);
}

TEST_P(Structure, ToAndDetachChangeEveryTensor) {
  const Built built = GetParam().build({.validate_args = false, .requires_grad = true});
  const Tensor value = values_;
  const Tensor log_prob = built.distribution->log_prob(value);
  EXPECT_EQ(log_prob.requires_grad(), !built.parameters.empty() && log_prob.requires_grad());
  EXPECT_FALSE(built.distribution->detach()->log_prob(value).requires_grad());
  const DistributionPtr wide = built.distribution->to(at::kDouble);
  EXPECT_EQ(wide->batch_shape(), built.distribution->batch_shape());
  EXPECT_EQ(wide->log_prob(value.is_floating_point() ? value.to(at::kDouble) : value).scalar_type(),
            at::kDouble);
}

TEST_P(Structure, MetaTensorsHaveTheShapesAndNothingElse) {
  // Only families that formulas evaluate: some of LibTorch's operations do not support meta
  // tensors.
  if (!family(GetParam().distribution).is_scalar()) return;
  const DistributionPtr meta = distribution_->to(at::kMeta);
  const Tensor log_prob = meta->log_prob(values_.to(at::kMeta));
  EXPECT_TRUE(log_prob.is_meta());
  EXPECT_EQ(log_prob.sizes(), distribution_->log_prob(values_).sizes());
  const auto mean = if_implemented([&] { return distribution_->mean(); });
  if (mean) {
    EXPECT_EQ(meta->mean().sizes(), mean->sizes());
  }
}

TEST_P(Structure, DrawsOfMetaTensorsAreMeta) {
  if (!family(GetParam().distribution).is_scalar()) return;
  const auto draws = [](const Distribution& d, const Generator& generator) {
    std::vector<Tensor> all{d.sample({4}, generator)};
    if (!d.has_rsample()) return all;
    all.push_back(d.rsample({4}, generator));
    const auto [scored, log_prob] = d.rsample_with_log_prob({4}, generator);
    all.insert(all.end(), {scored, log_prob});
    return all;
  };
  const DistributionPtr meta = distribution_->to(at::kMeta);
  const Generator of_real = Philox(7), of_meta = Philox(7);
  const std::vector<Tensor> want = draws(*distribution_, of_real);
  for (const std::vector<Tensor>& got : {draws(*meta, Generator()), draws(*meta, of_meta)}) {
    for (std::size_t i = 0; i < want.size(); ++i) {
      EXPECT_TRUE(got[i].is_meta());
      EXPECT_EQ(got[i].sizes(), want[i].sizes());
      EXPECT_EQ(got[i].scalar_type(), want[i].scalar_type());
    }
  }
  EXPECT_EQ(of_meta.get_offset(), of_real.get_offset());
}

TEST_P(Structure, SamplesHaveTheirShapeAndNoGraph) {
  const Built built = GetParam().build({.validate_args = false, .requires_grad = true});
  for (const auto& sample_shape : {at::DimVector{}, at::DimVector{0}, at::DimVector{2, 3}}) {
    at::DimVector shape(sample_shape);
    shape.append(built.distribution->batch_shape().begin(),
                 built.distribution->batch_shape().end());
    shape.append(built.distribution->event_shape().begin(),
                 built.distribution->event_shape().end());
    const Tensor sample = built.distribution->sample(sample_shape);
    EXPECT_EQ(sample.sizes(), at::IntArrayRef(shape));
    EXPECT_FALSE(sample.requires_grad());
  }
}

TEST_P(Structure, ImpossibleSizesAreRefused) {
  const std::vector<at::DimVector> impossible{{-1},
                                              {2, -3},
                                              {INT64_MIN},
                                              {int64_t{-1} << 62},
                                              {int64_t{1} << 62, 4},
                                              {INT64_MAX, INT64_MAX},
                                              {0, INT64_MAX, 2}};
  for (const at::DimVector& sizes : impossible) {
    EXPECT_THROW(distribution_->sample(sizes), c10::ValueError) << at::IntArrayRef(sizes);
    if (distribution_->has_rsample()) {
      EXPECT_THROW(distribution_->rsample(sizes), c10::ValueError) << at::IntArrayRef(sizes);
    }
    at::DimVector batch(sizes);
    EXPECT_THROW(distribution_->expand(batch), c10::ValueError) << at::IntArrayRef(batch);
    batch.append(distribution_->batch_shape().begin(), distribution_->batch_shape().end());
    EXPECT_THROW(distribution_->expand(batch), c10::ValueError) << at::IntArrayRef(batch);
  }
}

TEST_P(Structure, SamplesAreThoseOfTheGenerator) {
  const auto expect_own_stream = [](const auto& draw) {
    at::manual_seed(11);
    const Tensor by_default = draw(std::nullopt);
    const auto state = at::globalContext().defaultGenerator(at::kCPU).get_state();
    const Tensor own = draw(at::detail::createCPUGenerator(11));
    EXPECT_TRUE(own.equal(by_default))
        << core::repr(own) << " instead of " << core::repr(by_default);
    EXPECT_TRUE(at::globalContext().defaultGenerator(at::kCPU).get_state().equal(state));
  };
  using OptionalGenerator = std::optional<at::Generator>;
  expect_own_stream([&](OptionalGenerator g) { return distribution_->sample({5}, g); });
  if (!distribution_->has_rsample()) return;
  expect_own_stream([&](OptionalGenerator g) { return distribution_->rsample({5}, g); });
}

TEST_P(Structure, SamplesLieInTheSupport) {
  const Tensor sample = distribution_->sample({200});
  EXPECT_FALSE(distribution_->support()->first_violation(sample).has_value()) << core::repr(sample);
  const Tensor log_prob = distribution_->log_prob(sample);
  EXPECT_FALSE(log_prob.isnan().any().item<bool>()) << core::repr(log_prob);
}

TEST_P(Structure, CopiesAreIndependentHandles) {
  const DistributionPtr copy = distribution_->expand(distribution_->batch_shape());
  EXPECT_TRUE(agrees(copy->log_prob(values_), distribution_->log_prob(values_), 0, at::kDouble));
}

INSTANTIATE_TEST_SUITE_P(All, Structure, ::testing::ValuesIn([] {
                           std::vector<Case> cases;
                           for (const Case& golden : all_cases()) {
                             if (golden.values().defined() && has_density(golden))
                               cases.push_back(golden);
                           }
                           return cases;
                         }()),
                         CaseName());

}  // namespace
}  // namespace torch::distributions::test
