#include "ops/vectors/covariance.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <limits>
#include <vector>

#include "ops/special/constants.h"

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
}

TEST(CovarianceTest, IsConverted) {
  const Tensor s = scales({3});
  EXPECT_EQ(DiagonalCovariance(s).to(at::kFloat).scalar_type(), at::kFloat);
  EXPECT_EQ(DenseCovariance(s.diag_embed()).to(at::kFloat).scalar_type(), at::kFloat);
}

}  // namespace
}  // namespace torch::distributions::ops
