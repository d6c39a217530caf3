#include <ATen/ops/empty.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/float_limits.h"
#include "ops/engine/instruction_set.h"
#include "ops/random/fill.h"
#include "ops/random/pieces.h"
#include "ops/random/rejection_kernels.h"
#include "ops/special/constants.h"
#include "ops/tensor/holds_for_all.h"
#include "ops/tensor/unexpanded.h"

namespace torch::distributions::ops::random {
namespace {

template <class T>
const RejectionKernels<T>& kernels() {
  static constexpr auto all =
      engine::for_each_instruction_set([]<class Isa>() { return &rejection_kernels_of<Isa, T>; });
  return all[static_cast<std::size_t>(engine::instruction_set())]();
}

struct Limits {
  double least, most;
};
Limits positive(at::ScalarType dtype) {
  const FloatLimits limits = float_limits(dtype);
  return {limits.least_normal, limits.largest};
}
Limits finite(at::ScalarType dtype) {
  const double largest = float_limits(dtype).largest;
  return {-largest, largest};
}
Limits unlimited(at::ScalarType) { return {-kInfinity, kInfinity}; }
/// The limits of numbers in (0, 1).
Limits inside_unit(at::ScalarType dtype) {
  const FloatLimits limits = float_limits(dtype);
  return {limits.least_normal, limits.below_one()};
}
/// The limits of coordinates of vectors whose sum is 1. In half, many elements of the least normal
/// number would add up to a large part of 1.
Limits inside_simplex(at::ScalarType dtype) {
  const FloatLimits limits = float_limits(dtype);
  return {dtype == at::kHalf ? limits.least : limits.least_normal, limits.below_one()};
}
Limits counts(at::ScalarType dtype) { return {0, largest_count(dtype)}; }

/// A parameter of the elements of a tensor: one number, numbers that repeat, or one for each element.
template <class T>
class Numbers {
 public:
  Numbers(const Tensor& parameter, const Tensor& to) {
    const at::NoGradGuard no_grad;
    const Tensor known =
        unexpanded(parameter.detach(), 0).to(at::kCPU, c10::CppTypeToScalarType<T>::value);
    numbers_ = dense(repeats(known.sizes(), to.sizes()) ? known : known.expand(to.sizes()));
  }

  Operand<T> operand() const { return {numbers_.template const_data_ptr<T>(), numbers_.numel()}; }

 private:
  /// Whether the elements of a shape repeat those of another shape: its last dimensions are the same,
  /// and its others are 1.
  static bool repeats(at::IntArrayRef of, at::IntArrayRef shape) {
    std::size_t i = of.size();
    for (auto size = shape.rbegin(); i > 0 && size != shape.rend() && of[i - 1] == *size; ++size)
      --i;
    return std::all_of(of.begin(), of.begin() + static_cast<std::ptrdiff_t>(i),
                       [](std::int64_t size) { return size == 1; });
  }

  Tensor numbers_;
};

/// Whether numbers of `to` are drawn as doubles: if it or a parameter has more digits than a float.
template <class... Parameters>
bool draws_doubles(const Tensor& to, const Parameters&... parameters) {
  const auto has_many = [](const Tensor& t) {
    return t.scalar_type() != at::kFloat && !at::isReducedFloatingType(t.scalar_type());
  };
  return (has_many(to) || ... || has_many(parameters));
}

/// Fills `to` by a kernel: kernel_of(kernels) is a pointer to it.
template <class KernelOf, class... Parameters>
void fill(const Tensor& to, const Draw& draw, const Draw& other,
          Limits (*limits_of)(at::ScalarType), const KernelOf& kernel_of,
          const Parameters&... parameters) {
  with_contiguous(to, [&](const Tensor& contiguous) {
    const auto [least, most] = limits_of(contiguous.scalar_type());
    const std::uint64_t shift = first_element(draw, contiguous.numel());
    const auto run = [&, least = least, most = most]<class T>(T) {
      const std::array<Numbers<T>, sizeof...(Parameters)> numbers{
          Numbers<T>(parameters, contiguous)...};
      const auto kernel = kernel_of(kernels<T>());
      for_each_piece<T>(contiguous, draw, [&](T* memory, std::int64_t begin, std::int64_t count) {
        Task<T> task{draw, other, shift, begin, count, {}, 1, least, most, memory};
        for (std::size_t i = 0; i < numbers.size(); ++i) task.parameters[i] = numbers[i].operand();
        kernel(task);
      });
    };
    draws_doubles(contiguous, parameters...) ? run(double{}) : run(float{});
  });
}
template <class KernelOf, class... Parameters>
void fill(const Tensor& to, const Draw& draw, Limits (*limits_of)(at::ScalarType),
          const KernelOf& kernel_of, const Parameters&... parameters) {
  fill(to, draw, draw, limits_of, kernel_of, parameters...);
}

}  // namespace

void fill_gamma(const Tensor& to, const Draw& draw, const Tensor& concentration) {
  fill(
      to, draw, positive, [](const auto& kernels) { return kernels.gamma; }, concentration);
}

void set_points_of_gamma(const Tensor& draws, const Tensor& concentration) {
  const at::NoGradGuard no_grad;
  const Tensor a = unexpanded(concentration.detach(), 0).contiguous();
  if (holds_for_all(a, [](double each) { return !(each == 0 || each == kInfinity); })) return;
  draws.masked_fill_(a == 0, float_limits(draws.scalar_type()).least_normal)
      .masked_fill_(a == kInfinity, kInfinity);
}

void fill_log_gamma(const Tensor& to, const Draw& draw, const Tensor& concentration) {
  fill(
      to, draw, finite, [](const auto& kernels) { return kernels.log_gamma; }, concentration);
}

void fill_inverse_gamma(const Tensor& to, const Draw& draw, const Tensor& concentration,
                        const Tensor& rate) {
  fill(
      to, draw, positive, [](const auto& kernels) { return kernels.inverse_gamma; }, concentration,
      rate);
}

void fill_fisher_snedecor(const Tensor& to, const Draw& first, const Draw& second,
                          const Tensor& df1, const Tensor& df2) {
  fill(
      to, first, second, positive, [](const auto& kernels) { return kernels.fisher_snedecor; }, df1,
      df2);
}

void fill_student_t(const Tensor& to, const Draw& draw, const Tensor& df, const Tensor& loc,
                    const Tensor& scale) {
  fill(
      to, draw, unlimited, [](const auto& kernels) { return kernels.student_t; }, df, loc, scale);
}

void fill_log_student_t(const Tensor& to, const Draw& draw, const Tensor& df) {
  fill(
      to, draw, finite, [](const auto& kernels) { return kernels.log_student_t; }, df);
}

void fill_beta(const Tensor& to, const Draw& draw, const Tensor& a, const Tensor& b) {
  fill(
      to, draw, inside_unit, [](const auto& kernels) { return kernels.beta; }, a, b);
}

void fill_poisson(const Tensor& to, const Draw& draw, const Tensor& rate) {
  fill(
      to, draw, counts, [](const auto& kernels) { return kernels.poisson; }, rate);
}

void fill_binomial(const Tensor& to, const Draw& draw, const Tensor& count, const Tensor& p) {
  fill(
      to, draw, counts, [](const auto& kernels) { return kernels.binomial; }, count, p);
}

void fill_von_mises(const Tensor& to, const Draw& draw, const Tensor& concentration) {
  fill(
      to, draw, finite, [](const auto& kernels) { return kernels.von_mises; }, concentration);
}

void fill_dirichlet(const Tensor& to, const Draw& draw, const Tensor& concentration) {
  with_contiguous(to, [&](const Tensor& contiguous) {
    const auto [least, most] = inside_simplex(contiguous.scalar_type());
    const auto run = [&, least = least, most = most]<class T>(T) {
      const auto dtype = c10::CppTypeToScalarType<T>::value;
      const Tensor result = contiguous.scalar_type() == dtype
                                ? contiguous
                                : at::empty(contiguous.sizes(), contiguous.options().dtype(dtype));
      const Numbers<T> numbers(concentration, contiguous);
      const std::int64_t columns = contiguous.dim() == 0 ? 1 : contiguous.size(-1);
      const std::uint64_t shift = first_element(draw, contiguous.numel());
      T* const memory = result.mutable_data_ptr<T>();
      const auto kernel = kernels<T>().dirichlet;
      parallel_for(contiguous.numel() / columns, std::max<std::int64_t>(kGrain / columns, 1),
                   [&](std::int64_t begin, std::int64_t end) {
                     kernel({draw,
                             {},
                             shift,
                             begin * columns,
                             (end - begin) * columns,
                             {numbers.operand()},
                             columns,
                             least,
                             most,
                             memory + begin * columns});
                   });
      if (!result.is_same(contiguous)) contiguous.copy_(result);
    };
    draws_doubles(contiguous, concentration) ? run(double{}) : run(float{});
  });
}

}  // namespace torch::distributions::ops::random
