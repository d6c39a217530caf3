#include "ops/vectors/covariance.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <limits>
#include <vector>

#include "ops/special/constants.h"
#include "ops/tensor/path.h"

namespace torch::distributions::ops {
namespace {

using at::Tensor;

Tensor scales(at::IntArrayRef shape) { return at::rand(shape, at::kDouble) + 0.5; }

/// Factors of shape `batch + [3, 3]`.
Tensor factors(at::IntArrayRef batch) {
  at::DimVector shape(batch);
  shape.push_back(3);
  const Tensor diagonal = scales(shape).diag_embed();
  return at::rand_like(diagonal).tril(-1) + diagonal;
}

void expect_close(const Tensor& got, const Tensor& want) {
  EXPECT_EQ(got.sizes(), want.sizes());
  EXPECT_TRUE(got.allclose(want, 1e-13, 1e-13));
}

TEST(CovarianceTest, ADenseOneIsItsMatrix) {
  at::manual_seed(0);
  const Tensor factor = factors({}), matrix = factor.matmul(factor.mT());
  const Tensor v = at::randn({3}, at::kDouble);
  const DenseCovariance covariance(factor);
  EXPECT_EQ(covariance.dims(), 3);
  expect_close(covariance.whiten(v).square().sum(), v.dot(at::linalg_inv(matrix).mv(v)));
  expect_close(covariance.unwhiten(v), factor.mv(v));
  expect_close(covariance.half_log_det(), 0.5 * at::linalg_det(matrix).log());
  expect_close(covariance.diagonal(), matrix.diagonal());
}

TEST(CovarianceTest, ADiagonalOneIsADenseOne) {
  at::manual_seed(0);
  const Tensor s = scales({4, 3}), v = at::randn({2, 4, 3}, at::kDouble);
  const DiagonalCovariance diagonal(s);
  const DenseCovariance dense(s.diag_embed());
  EXPECT_EQ(diagonal.dims(), 3);
  expect_close(diagonal.whiten(v), dense.whiten(v));
  expect_close(diagonal.unwhiten(v), dense.unwhiten(v));
  expect_close(diagonal.half_log_det(), dense.half_log_det());
  expect_close(diagonal.diagonal(), dense.diagonal());
  expect_close(diagonal.scales(), dense.scales());
}

LowRankCovariance low_rank(at::IntArrayRef batch, int64_t rank) {
  at::DimVector of_specific(batch), of_factor(batch);
  of_specific.push_back(3);
  of_factor.append({3, rank});
  return {at::randn(of_factor, at::kDouble), scales(of_specific)};
}

TEST(CovarianceTest, OneOfLowRankIsADenseOne) {
  at::manual_seed(0);
  const Tensor v = at::randn({2, 4, 5, 3}, at::kDouble);
  for (const int64_t rank : {0, 1, 2, 4}) {
    for (const std::vector<int64_t>& batch : std::vector<std::vector<int64_t>>{
             {}, {5}, {4, 1}, {4, 5}, {2, 1, 5}, {2, 4, 5}, {1, 1, 1}}) {
      const LowRankCovariance covariance = low_rank(batch, rank);
      const Tensor matrix =
          covariance.factor().matmul(covariance.factor().mT()) + covariance.specific().diag_embed();
      const DenseCovariance dense = covariance.dense();
      EXPECT_EQ(covariance.dims(), 3);
      EXPECT_EQ(covariance.rank(), rank);
      expect_close(dense.factor(), at::linalg_cholesky(matrix));
      expect_close(covariance.precision_matrix(), at::linalg_inv(matrix));
      expect_close(covariance.half_log_det(), dense.half_log_det());
      expect_close(covariance.diagonal(), dense.diagonal());
      const Tensor whitened = covariance.whiten(v);
      EXPECT_EQ(whitened.size(-1), 3 + rank);
      expect_close(whitened.square().sum(-1), dense.whiten(v).square().sum(-1));
      expect_close(covariance.unwhiten(whitened), v);
      const auto [of_factor, of_specific] = covariance.half_log_det_gradients();
      expect_close(of_factor, at::linalg_solve(matrix, covariance.factor()));
      expect_close(of_specific, at::linalg_inv(matrix).diagonal(0, -2, -1) / 2);
    }
  }
}

TEST(CovarianceTest, TheDeterminantOfLowRankHasOneGradient) {
  at::manual_seed(0);
  const Tensor factor = at::randn({4, 3, 2}, at::kDouble).requires_grad_(),
               specific = scales({3}).requires_grad_();
  const auto gradients = [&] {
    return torch::autograd::grad(
        {LowRankCovariance(factor, specific).half_log_det().square().sum()}, {factor, specific});
  };
  const auto recorded = gradients();
  const ComposedGuard guard;
  const auto composed = gradients();
  for (std::size_t i = 0; i < 2; ++i) expect_close(recorded[i], composed[i]);
}

TEST(CovarianceTest, BatchesOfAFactorAndADiagonalBroadcast) {
  at::manual_seed(0);
  const Tensor factor = at::randn({4, 1, 3, 2}, at::kDouble), specific = scales({5, 3});
  const LowRankCovariance covariance(factor, specific),
      wide(factor.expand({4, 5, 3, 2}), specific.expand({4, 5, 3}));
  expect_close(covariance.half_log_det(), wide.half_log_det());
  const Tensor v = at::randn({6, 4, 5, 3}, at::kDouble);
  expect_close(covariance.whiten(v), wide.whiten(v));
  expect_close(covariance.unwhiten(covariance.whiten(v)), v);
}

TEST(CovarianceTest, MeetsVectorsOfALargerBatch) {
  at::manual_seed(0);
  const Tensor v = at::randn({2, 4, 5, 3}, at::kDouble);
  for (const std::vector<int64_t>& batch : std::vector<std::vector<int64_t>>{
           {}, {5}, {4, 1}, {4, 5}, {2, 1, 5}, {2, 4, 5}, {1, 1, 1}}) {
    const DenseCovariance covariance(factors(batch));
    const Tensor expected = covariance.factor().matmul(v.unsqueeze(-1)).squeeze(-1);
    expect_close(covariance.unwhiten(v), expected);
    expect_close(covariance.whiten(expected), v);
  }
}

TEST(CovarianceTest, WhitensTheColumnsOfMatrices) {
  at::manual_seed(0);
  const Tensor matrices = at::randn({2, 4, 3, 3}, at::kDouble);
  for (const std::vector<int64_t>& batch :
       std::vector<std::vector<int64_t>>{{}, {4}, {2, 1}, {2, 4}}) {
    const DenseCovariance covariance(factors(batch));
    expect_close(covariance.whiten_columns(covariance.factor().matmul(matrices)), matrices);
  }
}

TEST(CovarianceTest, KnowsWhetherItsNumbersAreFinite) {
  const Tensor s = scales({3, 2});
  s[1][0] = kInfinity;
  const Tensor expected = at::tensor({1, 0, 1}).to(at::kBool);
  EXPECT_TRUE(DiagonalCovariance(s).is_finite().equal(expected));
  const Tensor factor = at::eye(2, at::kDouble).repeat({3, 1, 1});
  factor[1][1][0] = -kInfinity;
  EXPECT_TRUE(DenseCovariance(factor).is_finite().equal(expected));
  EXPECT_TRUE(LowRankCovariance(factor, at::ones({2})).is_finite().equal(expected));
  EXPECT_TRUE(LowRankCovariance(at::eye(2), s).is_finite().equal(expected));
}

TEST(CovarianceTest, IsConverted) {
  const Tensor s = scales({3});
  EXPECT_EQ(DiagonalCovariance(s).to(at::kFloat).scalar_type(), at::kFloat);
  EXPECT_EQ(DenseCovariance(s.diag_embed()).to(at::kFloat).scalar_type(), at::kFloat);
}

}  // namespace
}  // namespace torch::distributions::ops
