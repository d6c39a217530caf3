/// `rsample_with_log_prob` draws as `rsample` does, and its log_prob is that of the draw before it
/// was rounded. No transform is inverted.

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "laws/laws.h"
#include "support/tensors.h"

namespace torch::distributions::test {
namespace {

constexpr int64_t kDraws = 50;
constexpr int64_t kSeed = 20;

class ScoredDraws : public ::testing::TestWithParam<Case> {
 protected:
  const DistributionPtr distribution_ =
      GetParam().build({.validate_args = false, .dtype = at::kDouble}).distribution;
};

TEST_P(ScoredDraws, AreThoseOfRsampleWithTheirLogProb) {
  if (!distribution_->has_rsample()) {
    try {
      distribution_->rsample_with_log_prob();
      FAIL();
    } catch (const c10::NotImplementedError& error) {
      EXPECT_EQ(
          std::string(error.what_without_backtrace()),
          std::string(distribution_->type().name) + "::rsample_with_log_prob is not implemented");
    }
    return;
  }
  at::manual_seed(kSeed);
  const Tensor draws = distribution_->rsample({kDraws});
  at::manual_seed(kSeed);
  const auto [same, log_prob] = distribution_->rsample_with_log_prob({kDraws});
  EXPECT_TRUE(agrees(same, draws, 64, at::kDouble));
  // An inverse loses digits where the transform saturates, and there the log_prob of the draw is
  // that of a rounded value. A perturbed draw shows where.
  const Tensor of_draw = distribution_->log_prob(same);
  ASSERT_EQ(log_prob.sizes(), of_draw.sizes());
  const bool is_discrete = distribution_->support()->is_discrete();
  const Tensor of_neighbour = is_discrete ? of_draw : distribution_->log_prob(same * (1 - 0x1p-50));
  const Tensor error = 1e3 * (of_neighbour - of_draw).abs() + 1e-9 * (1 + of_draw.abs());
  const Tensor comparable = of_draw.isfinite() & of_neighbour.isfinite();
  EXPECT_TRUE(((log_prob - of_draw).abs() <= error).masked_select(comparable).all().item<bool>())
      << core::repr(log_prob) << core::repr(of_draw);
  EXPECT_GT(comparable.sum().item<int64_t>(), 0);
}

INSTANTIATE_TEST_SUITE_P(Ordinary, ScoredDraws, ::testing::ValuesIn(ordinary_densities()),
                         CaseName());

/// tanh without an inverse.
class OneWayTanh final : public ImplementsTransform<OneWayTanh> {
 public:
  bool bijective() const override { return true; }
  ConstraintPtr domain() const override { return constraints::real; }
  ConstraintPtr codomain() const override { return constraints::interval(-1, 1); }

 private:
  Tensor do_forward(const Tensor& x) const override { return x.tanh(); }
  Tensor do_log_abs_det_jacobian(const Tensor& x, const Tensor& /*y*/) const override {
    return TanhTransform().log_abs_det_jacobian(x, x);
  }
};

TEST(ScoredDrawsTest, NeedNoInverse) {
  const TransformedDistribution d(Normal(0.0, 10.0), OneWayTanh());
  EXPECT_THROW(d.log_prob(at::zeros({})), c10::NotImplementedError);
  at::manual_seed(kSeed);
  const auto [y, log_prob] = d.rsample_with_log_prob({1000});
  EXPECT_TRUE(log_prob.isfinite().all().item<bool>());
}

/// A policy of soft actor-critic: a squashed and scaled normal distribution.
class Squashed : public ::testing::TestWithParam<at::ScalarType> {};

TEST_P(Squashed, IsExactWhereTanhSaturates) {
  const auto options = at::TensorOptions(GetParam());
  const Tensor loc = at::tensor({-30.0, 0.0, 25.0}, options).requires_grad_(),
               scale = at::tensor({3.0, 10.0, 0.5}, options).requires_grad_();
  const TransformedDistribution d(Independent(Normal(loc, scale), 1),
                                  {TanhTransform(), AffineTransform(1.0, 2.0)});
  at::manual_seed(kSeed);
  const auto [y, log_prob] = d.rsample_with_log_prob({200});
  const auto gradients = torch::autograd::grad({log_prob.sum()}, {loc, scale});
  EXPECT_EQ(log_prob.sizes(), IntArrayRef({200}));
  EXPECT_GT(y.eq(3).sum().item<int64_t>(), 100);  // tanh is rounded to 1

  // The formula of the draw of the base, x, in double.
  const Tensor wide_loc = loc.detach().to(at::kDouble).requires_grad_(),
               wide_scale = scale.detach().to(at::kDouble).requires_grad_();
  at::manual_seed(kSeed);
  const Tensor noise =
      (Normal(loc, scale).sample({200}).to(at::kDouble) - wide_loc.detach()) / wide_scale.detach();
  const Tensor x = wide_loc + wide_scale * noise;
  const Tensor want =
      (-0.5 * noise.square() - wide_scale.log() - 0.5 * std::log(2 * M_PI) -
       2 * (std::log(2.0) - x - (-2 * x).exp().log1p().where(x > -15, -2 * x)) - std::log(2.0))
          .sum(-1);
  const auto want_gradients = torch::autograd::grad({want.sum()}, {wide_loc, wide_scale});
  EXPECT_TRUE(agrees(log_prob, want, 64, GetParam()));
  for (const std::size_t i : {0, 1})
    EXPECT_TRUE(agrees(gradients[i], want_gradients[i], 4096, GetParam()));
  // Its parts hand it on.
  at::manual_seed(kSeed);
  const auto [same, sum] =
      Independent(TransformedDistribution(Normal(loc, scale), TanhTransform()), 1)
          .rsample_with_log_prob({200});
  EXPECT_TRUE(agrees(sum - 3 * std::log(2.0), log_prob, 64, GetParam()));
}

INSTANTIATE_TEST_SUITE_P(, Squashed, ::testing::Values(at::kFloat, at::kDouble));

TEST(ScoredDrawsTest, OfRelaxedClassesAreExactAtLowTemperature) {
  const auto options = at::TensorOptions(at::kDouble);
  // In float most draws are rounded to 0 or 1.
  at::manual_seed(kSeed);
  const auto [x, log_prob] = RelaxedBernoulli(0.01, logits(0.5)).rsample_with_log_prob({100});
  at::manual_seed(kSeed);
  const LogitRelaxedBernoulli base(0.01, logits(0.5));
  const Tensor y = base.rsample({100});
  const Tensor wide = y.to(options);
  const Tensor want =
      LogitRelaxedBernoulli(at::full({}, 0.01f).to(options), logits(at::full({}, 0.5, options)))
          .log_prob(wide) +
      2 * (0.5 * wide.abs() + (-wide.abs()).exp().log1p());
  EXPECT_TRUE(agrees(log_prob, want, 64, at::kFloat));
  EXPECT_GT(x.eq(1).logical_or(x.lt(1e-30)).sum().item<int64_t>(), 20);

  at::manual_seed(kSeed);
  const auto [simplex, of_simplex] =
      RelaxedOneHotCategorical(0.01, logits({0.0, 1.0, 2.0})).rsample_with_log_prob({100});
  EXPECT_GT(simplex.lt(1e-37).sum().item<int64_t>(), 100);  // rounded to the smallest number
  EXPECT_TRUE(of_simplex.isfinite().all().item<bool>());
}

}  // namespace
}  // namespace torch::distributions::test
