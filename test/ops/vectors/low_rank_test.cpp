#include "ops/vectors/low_rank.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <string>
#include <vector>

#include "ops/engine/each_instruction_set.h"
#include "ops/special/constants.h"
#include "ops/tensor/path.h"
#include "ops/vectors/gaussian.h"
#include "ops/vectors/matrices.h"

namespace torch::distributions::ops {
namespace {

using at::Tensor;
using Tensors = std::vector<Tensor>;

/// W and d.
Tensors parameters(int64_t count, int64_t n, int64_t rank, double length = 1) {
  return {at::randn({count, n, rank}, at::kDouble) * length,
          at::rand({count, n}, at::kDouble) + 0.5};
}

/// The log density and its gradients in the vectors, W and d.
Tensors density(const Tensor& vectors, const Tensors& covariance) {
  Tensors leaves{vectors.detach().requires_grad_()};
  for (const Tensor& x : covariance) leaves.push_back(x.detach().requires_grad_());
  const Tensor y = gaussian_log_density(LowRankCovariance(leaves[1], leaves[2]), leaves[0]);
  const Tensor weights = at::linspace(1, 2, y.numel(), y.options()).reshape(y.sizes());
  Tensors result = torch::autograd::grad({(y * weights).sum()}, leaves);
  result.push_back(y.detach());
  return result;
}

void expect_close(const Tensor& got, const Tensor& want, double tolerance,
                  const std::string& what) {
  EXPECT_EQ(got.sizes(), want.sizes()) << what;
  const double scale = want.abs().max().item<double>();
  EXPECT_TRUE(got.to(at::kDouble).allclose(want, tolerance, tolerance * scale))
      << what << got << want;
}

Tensors in_double(const Tensors& tensors) {
  Tensors result;
  for (const Tensor& t : tensors) result.push_back(t.to(at::kDouble));
  return result;
}

TEST(LowRankTest, KernelsAreRightForEveryRank) {
  at::manual_seed(0);
  engine::with_each_instruction_set([] {
    for (const auto dtype : {at::kFloat, at::kDouble}) {
      for (const int64_t rank : {1, 2, 3, 8, 9, 32}) {
        for (const int64_t n : {1, 5, 8, 17, 64}) {
          for (const double length : {0.1, 1.0, 20.0}) {
            const std::string what = at::str(rank, " ", n, " ", length, " ");
            Tensors covariance = parameters(3, n, rank, length);
            for (Tensor& t : covariance) t = t.to(dtype);
            const Tensor vectors = at::randn({3, n}, at::kDouble);
            const auto before = calls();
            const Tensors got = density(vectors, covariance);
            EXPECT_EQ(calls().forward, before.forward + 1) << what;
            // In double, the kernel leaves large shares of W to tensor operations.
            if (dtype == at::kFloat) {
              EXPECT_EQ(calls().backward, before.backward + 1) << what;
            }
            const ComposedGuard guard;
            const Tensors want = density(vectors, in_double(covariance));
            const double tolerance = dtype == at::kDouble ? 1e-11 : 1e-6;
            for (std::size_t i = 0; i < got.size(); ++i)
              expect_close(got[i], want[i], tolerance, what + std::to_string(i));
          }
        }
      }
    }
  });
}

TEST(LowRankTest, DivergencesByKernelsAreRight) {
  at::manual_seed(1);
  engine::with_each_instruction_set([] {
    for (const auto dtype : {at::kFloat, at::kDouble}) {
      for (const int64_t rank : {1, 3, 8}) {
        for (const int64_t n : {12, 64}) {
          Tensors of_p = parameters(3, n, rank + 1, 0.2), of_q = parameters(3, n, rank, 0.2);
          for (Tensors* both : {&of_p, &of_q}) {
            for (Tensor& t : *both) t = t.to(dtype);
          }
          const Tensor shift = at::randn({3, n}, at::kDouble);
          const auto divergence = [&](const Tensors& p, const Tensors& q) {
            return gaussian_kl(shift, LowRankCovariance(p[0], p[1]), LowRankCovariance(q[0], q[1]));
          };
          const auto before = calls();
          const Tensor got = divergence(of_p, of_q);
          if (dtype == at::kFloat) {
            EXPECT_EQ(calls().forward, before.forward + 1);
          }
          const ComposedGuard guard;
          expect_close(got, divergence(in_double(of_p), in_double(of_q)), 1e-12,
                       at::str(rank, " ", n));
        }
      }
    }
  });
}

TEST(LowRankTest, CloseCovariancesHaveNoKernel) {
  at::manual_seed(2);
  const Tensors p = parameters(2, 8, 3);
  const LowRankCovariance one(p[0], p[1]), close(p[0], p[1] * 1.1), distant(p[0], p[1] * 1.2);
  const Tensor shift = at::zeros({2, 8}, at::kDouble);
  EXPECT_FALSE(low_rank_kl(shift, one, close).defined());
  EXPECT_EQ(gaussian_kl(shift, one, one).abs().max().item<double>(), 0);
  const Tensors q = parameters(2, 8, 3, 0.1);
  EXPECT_TRUE(low_rank_kl(shift, LowRankCovariance(q[0], q[1]), LowRankCovariance(q[0], q[1] * 1.2))
                  .defined());
}

TEST(LowRankTest, ALongFactorHasNoKernel) {
  at::manual_seed(3);
  const Tensors p = parameters(2, 8, 3);
  EXPECT_TRUE(LowRankCovariance(p[0], p[1]).is_by_kernels());
  EXPECT_FALSE(LowRankCovariance(p[0] * 1e4, p[1]).is_by_kernels());
  EXPECT_FALSE(LowRankCovariance(p[0], p[1].masked_fill(p[1] > 1, kNaN)).is_by_kernels());
  EXPECT_FALSE(LowRankCovariance(p[0][0], p[1]).is_by_kernels());
}

TEST(LowRankTest, KernelsReadNoOtherMemoryThanTheirTensors) {
  at::manual_seed(5);
  const Tensors p = parameters(3, 6, 2, 0.2);
  const LowRankCovariance dense(p[0], p[1]);
  const Tensor vectors = at::randn({3, 6}, at::kDouble);
  const Tensor want = gaussian_log_density(dense, vectors),
               want_kl = gaussian_kl(vectors, dense, dense);
  // The same numbers in another order in memory, for one of its tensors at a time.
  for (const int64_t changed : {0, 1, 2}) {
    const LowRankCovariance strided = dense.changed([=](const Tensor& t, int64_t event_dim) {
      return event_dim == changed ? at::stack({t, t + 1}, -1).select(-1, 0) : t;
    });
    ASSERT_TRUE(strided.is_by_kernels());
    EXPECT_TRUE(gaussian_log_density(strided, vectors).allclose(want, 1e-12, 1e-12)) << changed;
    EXPECT_TRUE(gaussian_kl(vectors, strided, dense).allclose(want_kl, 1e-12, 1e-12)) << changed;
    EXPECT_TRUE(gaussian_kl(vectors, dense, strided).allclose(want_kl, 1e-12, 1e-12)) << changed;
  }
}

// The caller looks at the largest share of W, and trusts the result if it is small.
TEST(LowRankTest, ANanShowsInTheLargestShare) {
  at::manual_seed(6);
  engine::with_each_instruction_set([] {
    constexpr int64_t kDims = 16, kRank = 2;
    for (int64_t row = 0; row < kDims; ++row) {
      const Tensors p = parameters(1, kDims, kRank, 0.1);
      const LowRankCovariance covariance(p[0], p[1]);
      const Tensor factor = p[0].clone(), &specific = p[1];
      factor[0][row][1].fill_(kNaN);
      const engine::LowRank one{kDims, kRank, factor.const_data_ptr(), specific.const_data_ptr(),
                                covariance.parts().capacitance.const_data_ptr<double>()};
      double share = 0;
      engine::matrix_kernels().divergence[true](one, specific.const_data_ptr(), &share);
      EXPECT_TRUE(std::isnan(share)) << row;
    }
  });
}

// A single factorization would leave an error of 1e6 eps, since C is 1e2 to 1e3 times longer in one
// direction than in others.
TEST(LowRankTest, TheDeterminantIsRightForALongFactorOfDoubles) {
  at::manual_seed(4);
  Tensors p = parameters(20, 6, 3);
  p[0].select(-1, 0).mul_(200);
  p[0].select(-1, 1).copy_(p[0].select(-1, 0) + p[0].select(-1, 1));
  const LowRankCovariance by_kernels(p[0], p[1]);
  ASSERT_TRUE(by_kernels.is_by_kernels());
  const Tensor got = by_kernels.half_log_det();
  const ComposedGuard guard;
  const Tensor want = LowRankCovariance(p[0], p[1]).half_log_det();
  EXPECT_LT((got - want).abs().max().item<double>(), 3e-14) << got - want;
}

}  // namespace
}  // namespace torch::distributions::ops
