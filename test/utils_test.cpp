#include <torch/distributions/utils.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

#include "support/gradcheck.h"

namespace torch::distributions {
namespace {

TEST(Utils, BroadcastAllGivesNumbersTheDtypeOfTensors) {
  const auto [a, b, c] = broadcast_all(at::ones({2, 1}, at::kDouble), 0.1, at::ones({3}));
  EXPECT_EQ(a.sizes(), IntArrayRef({2, 3}));
  EXPECT_EQ(b.sizes(), IntArrayRef({2, 3}));
  EXPECT_EQ(b.scalar_type(), at::kDouble);
  EXPECT_EQ(b[0][0].item<double>(), 0.1);
  EXPECT_EQ(c.scalar_type(), at::kFloat);
  const auto [x, y] = broadcast_all(1, 2.5);
  EXPECT_EQ(x.scalar_type(), at::kFloat);
  EXPECT_EQ(y.item<double>(), 2.5);
  const auto [count, half] = broadcast_all(at::ones({2}, at::kLong), 0.5);
  EXPECT_EQ(half[0].item<double>(), 0.5) << "a number is not truncated to an integer dtype";
  EXPECT_EQ(count.scalar_type(), at::kLong);
  EXPECT_EQ(broadcast_all({at::ones({2}), 3})[1].sizes(), IntArrayRef({2}));
  EXPECT_THROW(broadcast_all(at::ones({2}), at::ones({3})), c10::Error);
}

// References from Python: logits_to_probs(torch.tensor([-1., 0., 2.])), with and without
// is_binary=True, and probs_to_logits of [0, .25, 1] likewise.
TEST(Utils, LogitsAndProbs) {
  const Tensor logits = at::tensor({-1.0, 0.0, 2.0}, at::kDouble);
  EXPECT_TRUE(logits_to_probs(logits).allclose(
      at::tensor({0.04201006613406605, 0.11419519938459449, 0.8437947344813395}, at::kDouble),
      1e-14, 0));
  EXPECT_TRUE(logits_to_probs(logits, true)
                  .allclose(at::tensor({0.2689414213699951, 0.5, 0.8807970779778823}, at::kDouble),
                            1e-14, 0));
  const Tensor probs = at::tensor({0.0f, 0.25f, 1.0f});
  EXPECT_TRUE(
      clamp_probs(probs).equal(at::tensor({1.1920928955078125e-07f, 0.25f, 0.9999998807907104f})));
  EXPECT_TRUE(probs_to_logits(probs).allclose(
      at::tensor({-15.942384719848633f, -1.3862943649291992f, -1.1920930376163597e-07f}), 1e-6, 0));
  EXPECT_TRUE(
      probs_to_logits(probs, true)
          .allclose(at::tensor({-15.942384719848633f, -1.0986123085021973f, 15.942384719848633f}),
                    1e-6, 0));
}

TEST(Utils, TriangularMatricesAndVectorsAreInverse) {
  for (const int64_t n : {1, 2, 3, 5}) {
    for (int64_t diag = -n; diag < n; ++diag) {
      const Tensor matrix = at::rand({2, n, n});
      const Tensor vec = tril_matrix_to_vec(matrix, diag);
      EXPECT_EQ(vec.size(-1), at::ones({n, n}).tril(diag).sum().item<int64_t>());
      if (vec.size(-1) == 0) continue;  // a matrix of any size has no elements there
      EXPECT_TRUE(vec_to_tril_matrix(vec, diag).equal(matrix.tril(diag))) << n << ' ' << diag;
    }
  }
  EXPECT_TRUE(tril_matrix_to_vec(at::arange(9).view({3, 3}))
                  .equal(at::tensor({0, 3, 4, 6, 7, 8}, at::kLong)));
  EXPECT_TRUE(
      tril_matrix_to_vec(at::arange(9).view({3, 3}), -1).equal(at::tensor({3, 6, 7}, at::kLong)));
}

TEST(Utils, TriangularErrors) {
  EXPECT_THROW(tril_matrix_to_vec(at::ones({3, 3}), 3), c10::ValueError);
  EXPECT_THROW(tril_matrix_to_vec(at::ones({3, 3}), -4), c10::ValueError);
  EXPECT_THROW(tril_matrix_to_vec(at::ones({3, 2})), c10::ValueError);
  EXPECT_THROW(tril_matrix_to_vec(at::ones({3})), c10::ValueError);
  EXPECT_THROW(vec_to_tril_matrix(at::ones({4})), c10::ValueError);
  EXPECT_THROW(vec_to_tril_matrix(at::ones({5})), c10::ValueError);
  EXPECT_THROW(vec_to_tril_matrix(at::ones({})), c10::ValueError);
}

TEST(Utils, TriangularSizesThatNoMatrixHas) {
  const auto matrix = [](int64_t size, int64_t diag) {
    return vec_to_tril_matrix(at::zeros({size}), diag).sizes().vec();
  };
  for (const int64_t diag :
       {int64_t{-1000000000000}, int64_t{-20000000000}, int64_t{-2000000000}, int64_t{2000000000},
        int64_t{3037000499}, int64_t{1000000000000}, INT64_MAX, INT64_MIN, INT64_MIN + 1}) {
    for (const int64_t size : {0, 1, 3, 6, 1000}) {
      EXPECT_THROW(matrix(size, diag), c10::ValueError) << size << ' ' << diag;
    }
    EXPECT_THROW(tril_matrix_to_vec(at::zeros({2, 2}), diag), c10::ValueError) << diag;
  }
  EXPECT_THROW(vec_to_tril_matrix(at::zeros({1, 1}).expand({int64_t{1} << 58, 10})),
               c10::ValueError);
  // The possible sizes, found by counting.
  for (int64_t diag = -12; diag <= 12; ++diag) {
    std::set<int64_t> possible;
    for (int64_t n = std::max<int64_t>(diag, -diag); n < 30; ++n) {
      const int64_t size = at::ones({n, n}).tril(diag).sum().item<int64_t>();
      possible.insert(size);
      if (size > 0) {
        EXPECT_EQ(matrix(size, diag), (std::vector<int64_t>{n, n})) << size << ' ' << diag;
      }
    }
    for (int64_t size = 1; size < 100; ++size) {
      if (possible.contains(size)) continue;
      EXPECT_THROW(matrix(size, diag), c10::ValueError) << size << ' ' << diag;
    }
  }
}

TEST(Utils, TriangularGradients) {
  const auto back = [](const std::vector<Tensor>& in) {
    return vec_to_tril_matrix(in[0], -1).square();
  };
  const auto forth = [](const std::vector<Tensor>& in) {
    return tril_matrix_to_vec(in[0], 1).square();
  };
  EXPECT_TRUE(test::gradcheck(back, {at::rand({2, 3})}));
  EXPECT_TRUE(test::gradgradcheck(back, {at::rand({2, 3})}));
  EXPECT_TRUE(test::gradcheck(forth, {at::rand({2, 3, 3})}));
}

}  // namespace
}  // namespace torch::distributions
