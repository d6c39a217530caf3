#include "ops/vectors/matrices.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <string>
#include <vector>

#include "ops/engine/each_instruction_set.h"
#include "ops/special/constants.h"
#include "ops/tensor/kernel_or_composed.h"
#include "ops/tensor/path.h"
#include "ops/vectors/cholesky.h"
#include "support/gradcheck.h"

namespace torch::distributions::ops {
namespace {

using at::Tensor;
using Tensors = std::vector<Tensor>;

Tensor factors(int64_t count, int64_t n) {
  return at::randn({count, n, n}, at::kDouble).tril(-1) +
         (at::rand({count, n}, at::kDouble) + 0.5).diag_embed();
}

Tensor positive_definite(int64_t count, int64_t n) {
  const Tensor root = factors(count, n);
  return root.matmul(root.mT());
}

/// f(inputs) and its gradients in them, for weights that do not cancel.
template <class F>
Tensors value_and_gradients(const F& f, const Tensors& inputs) {
  Tensors leaves;
  for (const Tensor& x : inputs) leaves.push_back(x.detach().requires_grad_());
  const Tensor y = f(leaves[0], leaves[1]);
  const Tensor weights = at::linspace(1, 2, y.numel(), y.options()).reshape(y.sizes());
  Tensors result = torch::autograd::grad({(y * weights).sum()}, leaves);
  result.push_back(y.detach());
  return result;
}

void expect_close(const Tensors& got, const Tensors& want, double tolerance,
                  const std::string& what) {
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].sizes(), want[i].sizes()) << what << i;
    const double scale = want[i].abs().max().item<double>();
    EXPECT_TRUE(got[i].to(at::kDouble).allclose(want[i], tolerance, tolerance * scale))
        << what << i << got[i] << want[i];
  }
}

Tensor squares_by_tensors(const Tensor& factor, const Tensor& matrices) {
  const Tensor root = at::linalg_cholesky(symmetrized(matrices.to(at::kDouble)));
  const Tensor b = at::linalg_solve_triangular(factor, root, /*upper=*/false);
  const Tensor below = b.tril(-1).square().sum({-2, -1}, /*keepdim=*/true);
  return at::cat({b.diagonal(0, -2, -1).square(), below.squeeze(-1)}, -1);
}

TEST(MatricesTest, SolvesForMatricesOfEverySize) {
  at::manual_seed(0);
  engine::with_each_instruction_set([] {
    for (const auto dtype : {at::kFloat, at::kDouble}) {
      for (const int64_t n : {1, 2, 3, 4, 5}) {
        for (const int64_t count : {1, 7, 8, 9, 1000}) {
          for (const int64_t columns : {int64_t{1}, n}) {
            const Tensor factor = factors(count, n).to(dtype),
                         matrices = at::randn({count, n, columns}, at::kDouble).to(dtype);
            const auto before = calls();
            const Tensors got = value_and_gradients(solve_lower, {factor, matrices});
            const int64_t by_kernel = n <= engine::kMostMatrixSize;
            EXPECT_EQ(calls().forward, before.forward + by_kernel);
            EXPECT_EQ(calls().backward, before.backward + by_kernel);
            const ComposedGuard guard;
            const Tensors want = value_and_gradients(
                solve_lower, {factor.to(at::kDouble), matrices.to(at::kDouble)});
            const double tolerance = dtype == at::kDouble           ? 1e-12
                                     : n <= engine::kMostMatrixSize ? 3e-7
                                                                    : 1e-4;
            expect_close(got, want, tolerance, std::to_string(n) + "x" + std::to_string(columns));
          }
        }
      }
    }
  });
}

TEST(MatricesTest, DecomposesMatricesOfEverySize) {
  at::manual_seed(1);
  engine::with_each_instruction_set([] {
    for (const auto dtype : {at::kFloat, at::kDouble}) {
      for (const int64_t n : {1, 2, 3, 4}) {
        for (const int64_t count : {1, 7, 8, 9, 1000}) {
          for (const bool is_shared : {false, true}) {
            const Tensor factor = is_shared ? factors(1, n).squeeze(0) : factors(count, n);
            const Tensor matrices = positive_definite(count, n).to(dtype);
            const auto before = calls();
            const auto squares = [](const Tensor& l, const Tensor& x) {
              return kernel_or_composed([&] { return bartlett_squares(l, x); },
                                        [&] { return squares_by_tensors(l, x); });
            };
            const Tensors got = value_and_gradients(squares, {factor, matrices});
            EXPECT_EQ(calls().forward, before.forward + 1);
            EXPECT_EQ(calls().backward, before.backward + 1);
            EXPECT_EQ(got[1].scalar_type(), dtype);
            const Tensors want =
                value_and_gradients(squares_by_tensors, {factor, matrices.to(at::kDouble)});
            expect_close(got, want, dtype == at::kDouble ? 1e-9 : 3e-7, std::to_string(n));
          }
        }
      }
    }
  });
}

TEST(MatricesTest, OnlyTheSymmetricPartCounts) {
  at::manual_seed(2);
  const Tensor factor = factors(5, 3), matrices = positive_definite(5, 3);
  const Tensor skew = at::randn({5, 3, 3}, at::kDouble).tril(-1);
  const Tensor got = bartlett_squares(factor, matrices + 0.1 * (skew - skew.mT()));
  EXPECT_TRUE(got.allclose(bartlett_squares(factor, matrices), 1e-12));
}

TEST(MatricesTest, DeclinesWhatIsNotPositiveDefiniteOrNotFinite) {
  at::manual_seed(3);
  const Tensor factor = factors(20, 2);
  EXPECT_TRUE(bartlett_squares(factor, positive_definite(20, 2)).defined());
  for (const double bad : {-1.0, 0.0, kInfinity, kNaN}) {
    for (const int64_t place : {0, 7, 19}) {
      Tensor matrices = positive_definite(20, 2);
      matrices[place][1][1] = bad;
      EXPECT_FALSE(bartlett_squares(factor, matrices).defined()) << bad << place;
    }
  }
  EXPECT_FALSE(bartlett_squares(factors(3, 5), positive_definite(3, 5)).defined());
  EXPECT_FALSE(bartlett_squares(factor, positive_definite(20, 2).mT().contiguous().mT()).defined());
}

TEST(MatricesTest, HaveDerivativesOfEveryOrder) {
  at::manual_seed(4);
  const auto solved = [](const Tensors& t) { return solve_lower(t[0], t[1]).square(); };
  const Tensors of_solve{factors(2, 3), at::randn({2, 3, 3}, at::kDouble)};
  EXPECT_TRUE(test::gradcheck(solved, of_solve));
  EXPECT_TRUE(test::gradgradcheck(solved, of_solve));
  const auto squares = [](const Tensors& t) { return bartlett_squares(t[0], t[1]).square(); };
  for (const Tensor& factor : {factors(2, 3), factors(1, 3).squeeze(0)}) {
    const Tensors of_squares{factor, positive_definite(2, 3)};
    EXPECT_TRUE(test::gradcheck(squares, of_squares));
    EXPECT_TRUE(test::gradgradcheck(squares, of_squares));
  }
}

}  // namespace
}  // namespace torch::distributions::ops
