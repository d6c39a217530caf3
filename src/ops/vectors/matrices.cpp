#include "ops/vectors/matrices.h"

#include <ATen/ExpandUtils.h>
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <atomic>
#include <cmath>

#include "ops/engine/instruction_set.h"
#include "ops/tensor/holds_for_all.h"
#include "ops/tensor/kernel_or_composed.h"
#include "ops/tensor/parallel.h"
#include "ops/tensor/path.h"
#include "ops/vectors/cholesky.h"
#include "ops/vectors/rows.h"

namespace torch::distributions::ops {

using at::Tensor;
using engine::MatrixKernels;

namespace engine {

const MatrixKernels& matrix_kernels() {
  static constexpr auto all =
      for_each_instruction_set([]<class Isa>() { return &matrix_kernels_of<Isa>; });
  return all[static_cast<std::size_t>(instruction_set())]();
}

bool has_matrix_kernel(const Tensor& t) {
  const auto dtype = t.scalar_type();
  return may_use_kernels() && is_readable(t) && (dtype == at::kFloat || dtype == at::kDouble) &&
         t.dim() > 0 && t.numel() > 0 && t.is_contiguous();
}

}  // namespace engine

namespace {

/// The address of element `i` of memory in `dtype`; null stays null.
const void* element(const void* memory, int64_t i, at::ScalarType dtype) {
  return memory == nullptr
             ? nullptr
             : static_cast<const char*>(memory) + i * static_cast<int64_t>(c10::elementSize(dtype));
}
void* element(void* memory, int64_t i, at::ScalarType dtype) {
  return const_cast<void*>(element(static_cast<const void*>(memory), i, dtype));
}

void* target(const Tensor& t) { return t.defined() ? t.mutable_data_ptr() : nullptr; }

/// Calls f(begin, end) for parts of `count` matrices of `area` elements.
template <class F>
void for_each_part(int64_t count, int64_t area, const F& f) {
  parallel_for(count, std::max<int64_t>(1, kGrain / area), f);
}

// --- Solutions ----------------------------------------------------------------------------------

bool has_solve_kernel(const Tensor& factor, const Tensor& matrices) {
  const int64_t n = factor.size(-1), columns = matrices.size(-1);
  return n <= engine::kMostMatrixSize && (columns == 1 || columns == n) &&
         factor.scalar_type() == matrices.scalar_type() && factor.dim() == matrices.dim() &&
         factor.sizes().slice(0, static_cast<std::size_t>(factor.dim()) - 2) ==
             matrices.sizes().slice(0, static_cast<std::size_t>(factor.dim()) - 2) &&
         engine::has_matrix_kernel(factor) && engine::has_matrix_kernel(matrices);
}

/// Runs a kernel on parts of tensors. A tensor may be undefined.
void run_solve(MatrixKernels::RunSolve (MatrixKernels::*function)[2], const Tensor& factor,
               const Tensor& matrices, const Tensor& solutions, const Tensor& gradients,
               const Tensor& of_factors, const Tensor& of_matrices) {
  const auto dtype = factor.scalar_type();
  const int64_t n = factor.size(-1), columns = matrices.size(-1), area = n * n, size = n * columns;
  const auto kernel = (engine::matrix_kernels().*function)[dtype == at::kDouble];
  const void* const from[] = {factor.const_data_ptr(), matrices.const_data_ptr(),
                              gradients.defined() ? gradients.const_data_ptr() : nullptr};
  void* const to[] = {target(solutions), target(of_factors), target(of_matrices)};
  for_each_part(factor.numel() / area, area, [&](int64_t begin, int64_t end) {
    kernel({end - begin, n, columns, element(from[0], begin * area, dtype),
            element(from[1], begin * size, dtype), element(to[0], begin * size, dtype),
            element(from[2], begin * size, dtype), element(to[1], begin * area, dtype),
            element(to[2], begin * size, dtype)});
  });
}

/// `saved` holds L and M.
struct SolveLowerGradient {
  static const char* name() { return "SolveLower"; }

  variable_list by_kernel(at::TensorList saved, const Tensor& gradient, Wanted wanted) const {
    variable_list result(2);
    for (std::size_t i = 0; i < 2; ++i) {
      if (wanted[i]) result[i] = engine::uninitialized(saved[i].sizes(), saved[i].scalar_type());
    }
    run_solve(&MatrixKernels::solve_backward, saved[0], saved[1], {}, gradient.contiguous(),
              result[0], result[1]);
    return result;
  }
  variable_list composed(at::TensorList saved, const Tensor& gradient, Wanted) const {
    const Tensor& factor = saved[0];
    const Tensor of_matrices = at::linalg_solve_triangular(factor.mT(), gradient, /*upper=*/true);
    const Tensor solutions = at::linalg_solve_triangular(factor, saved[1], /*upper=*/false);
    return {of_matrices.matmul(solutions.mT()).tril().neg(), of_matrices};
  }
};

// --- Bartlett's decomposition -------------------------------------------------------------------

/// `squares` are the results, or their gradients.
void run_bartlett(MatrixKernels::RunBartlett (MatrixKernels::*function)[2], const Tensor& factor,
                  const Tensor& matrices, double* squares, bool* all_exist,
                  const Tensor& of_factors, const Tensor& of_matrices) {
  const auto dtype = matrices.scalar_type();
  const int64_t n = matrices.size(-1), area = n * n;
  const int64_t factor_stride = factor.numel() == area ? 0 : area;
  const auto kernel = (engine::matrix_kernels().*function)[dtype == at::kDouble];
  const auto* const factors = factor.const_data_ptr<double>();
  const void* const from = matrices.const_data_ptr();
  auto* const to_factors = static_cast<double*>(target(of_factors));
  void* const to_matrices = target(of_matrices);
  std::atomic<bool> exist = true;
  for_each_part(matrices.numel() / area, area, [&](int64_t begin, int64_t end) {
    bool part_exists = true;
    kernel({end - begin, n, factors + begin * factor_stride, factor_stride,
            element(from, begin * area, dtype), squares + begin * (n + 1), &part_exists,
            to_factors == nullptr ? nullptr : to_factors + begin * area,
            element(to_matrices, begin * area, dtype)});
    if (!part_exists) exist.store(false, std::memory_order_relaxed);
  });
  if (all_exist != nullptr) *all_exist = exist.load(std::memory_order_relaxed);
}

/// `saved` holds L and X.
struct BartlettGradient {
  static const char* name() { return "BartlettSquares"; }

  variable_list by_kernel(at::TensorList saved, const Tensor& gradient, Wanted wanted) const {
    const Tensor &factor = saved[0], &matrices = saved[1], dense = gradient.contiguous();
    variable_list result(2);
    if (wanted[0]) result[0] = engine::uninitialized(matrices.sizes(), at::kDouble);
    if (wanted[1]) result[1] = engine::uninitialized(matrices.sizes(), matrices.scalar_type());
    run_bartlett(&MatrixKernels::bartlett_backward, factor, matrices,
                 const_cast<double*>(dense.const_data_ptr<double>()), nullptr, result[0],
                 result[1]);
    if (wanted[0]) result[0] = at::sum_to(result[0], factor.sizes());
    return result;
  }

  // The gradient of the Cholesky factor R of X follows from that of B = L^-1 R. That of X is the
  // symmetric part of R^-T P R^-1, where P is the lower triangle of R^T (gradient of R) with half of
  // its diagonal.
  variable_list composed(at::TensorList saved, const Tensor& gradient, Wanted) const {
    const Tensor &factor = saved[0], &matrices = saved[1];
    const int64_t n = matrices.size(-1);
    const Tensor r = cholesky_in_double(symmetrized(matrices.to(at::kDouble))).factor;
    const Tensor l = factor.expand_as(r), b = at::linalg_solve_triangular(l, r, /*upper=*/false);
    const Tensor of_diagonal = gradient.narrow(-1, 0, n).diag_embed();
    const Tensor of_b =
        2 * (b.tril(-1) * gradient.narrow(-1, n, 1).unsqueeze(-1) + b * of_diagonal);
    const Tensor of_r = at::linalg_solve_triangular(l.mT(), of_b, /*upper=*/true).tril();
    const Tensor product = r.mT().matmul(of_r), p = 0.5 * (product.tril() + product.tril(-1));
    const Tensor left = at::linalg_solve_triangular(r.mT(), p, /*upper=*/true);
    const Tensor of_x = at::linalg_solve_triangular(r, left, /*upper=*/false, /*left=*/false);
    return {at::sum_to(of_r.matmul(b.mT()).tril().neg(), factor.sizes()),
            symmetrized(of_x).to(matrices.scalar_type())};
  }
};

}  // namespace

Tensor solve_lower(const Tensor& factor, const Tensor& matrices) {
  return kernel_or_composed(
      [&]() -> Tensor {
        if (!has_solve_kernel(factor, matrices)) return {};
        const Tensor result = engine::uninitialized(matrices.sizes(), matrices.scalar_type());
        run_solve(&MatrixKernels::solve, factor, matrices, result, {}, {}, {});
        if (requires_graph({&factor, &matrices})) {
          record(result, {&factor, &matrices}, /*saved=*/{&factor, &matrices},
                 SolveLowerGradient{});
        }
        return result;
      },
      [&] { return at::linalg_solve_triangular(factor, matrices, /*upper=*/false); });
}

Tensor bartlett_squares(const Tensor& factor, const Tensor& matrices) {
  const int64_t n = matrices.size(-1);
  const bool is_shared = factor.numel() == n * n;
  if (n > engine::kMostMatrixSize || !engine::has_matrix_kernel(factor) ||
      !engine::has_matrix_kernel(matrices) || factor.scalar_type() != at::kDouble ||
      factor.dim() > matrices.dim() || (!is_shared && factor.sizes() != matrices.sizes())) {
    return {};
  }
  at::DimVector shape(matrices.sizes().slice(0, static_cast<std::size_t>(matrices.dim()) - 1));
  shape.back() = n + 1;
  const Tensor result = engine::uninitialized(shape, at::kDouble);
  bool all_exist = true;
  run_bartlett(&MatrixKernels::bartlett, factor, matrices, result.mutable_data_ptr<double>(),
               &all_exist, {}, {});
  if (!all_exist) return {};
  if (requires_graph({&factor, &matrices})) {
    record(result, {&factor, &matrices}, /*saved=*/{&factor, &matrices}, BartlettGradient{});
  }
  return result;
}

}  // namespace torch::distributions::ops
