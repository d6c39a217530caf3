#include "ops/vectors/gaussian.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <limits>

#include "ops/engine/engine.h"
#include "support/gradcheck.h"

namespace torch::distributions::ops {
namespace {

using at::Tensor;

struct Inputs {
  Tensor factor, vectors;
};

/// Random vectors, each with a factor of its own.
Inputs inputs(at::IntArrayRef batch, int64_t n, at::ScalarType dtype = at::kDouble) {
  at::manual_seed(4);
  at::DimVector of_vectors(batch);
  of_vectors.push_back(n);
  at::DimVector of_factors(of_vectors);
  of_factors.push_back(n);
  const Tensor factor = at::rand(of_factors, at::kDouble).tril(-1) +
                        (at::rand(of_vectors, at::kDouble) + 0.5).diag_embed();
  return {factor.to(dtype), at::randn(of_vectors, at::kDouble).to(dtype)};
}

Tensor log_density(const Inputs& in) {
  return gaussian_log_density(DenseCovariance(in.factor), in.vectors);
}

Tensor by_composition(const Inputs& in) {
  const ComposedGuard guard;
  return log_density(in);
}

TEST(GaussianTest, WritesOutFewDimensions) {
  for (int64_t n = 1; n <= 6; ++n) {
    for (const at::ScalarType dtype : {at::kFloat, at::kDouble}) {
      const Inputs in = inputs({50, 3}, n, dtype);
      const auto before = calls().forward;
      const Tensor density = log_density(in);
      EXPECT_EQ(calls().forward - before, n <= 4 ? 1 : 0) << n;
      const double tolerance = dtype == at::kFloat ? 1e-5 : 1e-13;
      EXPECT_TRUE(at::allclose(density, by_composition(in), tolerance, tolerance)) << n;
    }
  }
}

TEST(GaussianTest, HasTheGradientsOfTheComposition) {
  for (int64_t n = 1; n <= 4; ++n) {
    Inputs in = inputs({7}, n);
    in.factor.requires_grad_();
    in.vectors.requires_grad_();
    const Tensor weights = at::rand({7}, at::kDouble);
    const auto before = calls().backward;
    const auto ours = autograd::grad({log_density(in)}, {in.factor, in.vectors}, {weights});
    EXPECT_EQ(calls().backward - before, 1);
    const auto composed = autograd::grad({by_composition(in)}, {in.factor, in.vectors}, {weights});
    for (std::size_t i = 0; i < 2; ++i) EXPECT_TRUE(at::allclose(ours[i], composed[i], 1e-12));
  }
}

TEST(GaussianTest, IsDifferentiableTwice) {
  const Inputs in = inputs({2}, 3);
  const auto f = [](const auto& x) { return log_density({x[0].tril(), x[1]}); };
  EXPECT_TRUE(distributions::test::gradcheck(f, {in.factor, in.vectors}));
  EXPECT_TRUE(distributions::test::gradgradcheck(f, {in.factor, in.vectors}));
}

TEST(GaussianTest, ComposesWhatIsSharedOrStrided) {
  const Inputs in = inputs({5}, 2);
  const auto expect_composed = [](const Inputs& other) {
    const auto before = calls().composed;
    EXPECT_TRUE(log_density(other).allclose(by_composition(other), 1e-13));
    EXPECT_GT(calls().composed, before + 1);
  };
  expect_composed({in.factor[0], in.vectors});
  expect_composed({in.factor.mT().contiguous().mT(), in.vectors});
  expect_composed({in.factor.index({at::indexing::Slice(0, 5, 2)}),
                   in.vectors.index({at::indexing::Slice(0, 5, 2)})});
}

TEST(GaussianTest, AFactorWithANegativeScaleHasNoDensity) {
  for (const at::ScalarType dtype : {at::kFloat, at::kDouble}) {
    Inputs in = inputs({1}, 2, dtype);
    in.factor.neg_();  // the determinant is positive
    EXPECT_TRUE(log_density(in).isnan().all().item<bool>());
  }
}

TEST(GaussianTest, OfNothingIsEmpty) {
  Inputs in = inputs({0}, 3);
  in.factor.requires_grad_();
  const Tensor density = log_density(in);
  EXPECT_EQ(density.sizes(), at::IntArrayRef({0}));
  density.sum().backward();
  EXPECT_EQ(in.factor.grad().sizes(), in.factor.sizes());
}

TEST(GaussianTest, FloatsOfEverySizeHaveADensity) {
  const Tensor scale = at::tensor({1e-38f, 1e38f}), vectors = at::zeros({2, 4});
  const Tensor factor = scale.view({2, 1}).expand({2, 4}).diag_embed().contiguous();
  const Tensor expected = -4 * (scale.to(at::kDouble).log() + 0.9189385332046727);
  EXPECT_TRUE(log_density({factor, vectors}).to(at::kDouble).allclose(expected, 1e-6));
}

/// The density through the interface that all forms share.
Tensor of_any_form(const CovarianceForm& covariance, const Tensor& vectors) {
  return gaussian_log_density(covariance, vectors);
}

TEST(GaussianTest, HasOneDensityForAllForms) {
  const Tensor scales = at::rand({7, 5}, at::kDouble) + 0.5;
  Tensor vectors = at::randn({3, 7, 5}, at::kDouble);
  vectors[0][0][0] = std::numeric_limits<double>::infinity();
  vectors[0][1][0] = std::numeric_limits<double>::quiet_NaN();
  const DenseCovariance dense(scales.diag_embed());
  const Tensor expected = gaussian_log_density(dense, vectors);
  EXPECT_EQ(expected[0][0].item<double>(), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(of_any_form(dense, vectors).allclose(expected, 1e-14, 1e-14, /*equal_nan=*/true));
  EXPECT_TRUE(of_any_form(DiagonalCovariance(scales), vectors)
                  .allclose(expected, 1e-14, 1e-14, /*equal_nan=*/true));
  const Tensor none = at::zeros({5, 0}, at::kDouble);
  EXPECT_TRUE(of_any_form(LowRankCovariance(none, scales.square()), vectors)
                  .allclose(expected, 1e-13, 1e-13, /*equal_nan=*/true));
}

TEST(GaussianTest, HasOneEntropyForAllForms) {
  const Tensor scales = at::rand({7, 5}, at::kDouble) + 0.5;
  const Tensor expected = (scales.log() + 1.4189385332046727).sum(-1);
  EXPECT_TRUE(gaussian_entropy(DiagonalCovariance(scales)).allclose(expected, 1e-14));
  EXPECT_TRUE(gaussian_entropy(DenseCovariance(scales.diag_embed())).allclose(expected, 1e-14));
}

TEST(GaussianTest, HasOneDivergenceForAllForms) {
  const Tensor factor = inputs({4}, 3).factor, scales = at::rand({2, 1, 3}, at::kDouble) + 0.5;
  const Tensor shift = at::randn({2, 4, 3}, at::kDouble);
  const DenseCovariance dense(factor), also_diagonal(scales.diag_embed());
  const DiagonalCovariance diagonal(scales);
  EXPECT_TRUE(gaussian_kl(shift, dense, diagonal)
                  .allclose(gaussian_kl(shift, dense, also_diagonal), 1e-14));
  EXPECT_TRUE(gaussian_kl(shift, diagonal, dense)
                  .allclose(gaussian_kl(shift, also_diagonal, dense), 1e-14));
  const Tensor none = at::zeros_like(shift);
  EXPECT_TRUE(gaussian_kl(none, dense, dense).eq(0).all().item<bool>());
  EXPECT_TRUE(gaussian_kl(none, also_diagonal, diagonal).eq(0).all().item<bool>());
  EXPECT_TRUE(gaussian_kl(none, diagonal, also_diagonal).eq(0).all().item<bool>());
}

// The divergence of close distributions is relatively accurate.
TEST(GaussianTest, DivergenceOfCloseFormsKeepsItsDigits) {
  const Tensor scales = at::full({3}, 0.75, at::kDouble), none = at::zeros({3}, at::kDouble);
  const double change = 0x1p-30, relative = change / 0.75;
  const DenseCovariance changed((scales + change).diag_embed());
  const Tensor kl = gaussian_kl(none, changed, DiagonalCovariance(scales));
  EXPECT_NEAR(kl.item<double>() / (3 * relative * relative), 1, 1e-8);
}

}  // namespace
}  // namespace torch::distributions::ops
