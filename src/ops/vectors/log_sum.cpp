#include "ops/vectors/log_sum.h"

#include <ATen/ATen.h>
#include <ATen/EmptyTensor.h>
#include <ATen/ExpandUtils.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/float_limits.h"
#include "ops/special/constants.h"
#include "ops/tensor/differentiated.h"
#include "ops/tensor/kernel_or_composed.h"
#include "ops/tensor/parallel.h"
#include "ops/vectors/rows.h"

namespace torch::distributions::ops {
namespace {

using at::Tensor;
using engine::RowKernels;
using engine::WeightedRows;

// The kernels do the same operations.
Tensor composed(const Tensor& x, const Tensor& weights, bool are_logs) {
  const Tensor log_weights = are_logs ? weights.detach() : weights.detach().log();
  const Tensor largest = (x.detach() + log_weights)
                             .masked_fill(log_weights == -kInfinity, -kInfinity)
                             .amax(-1, /*keepdim=*/true);
  // x - largest is NaN if both are infinite, and inf only for a term of weight 0. Both become 0.
  const Tensor relative = (x - largest).nan_to_num(/*nan=*/0, /*posinf=*/0, -kInfinity);
  const double most = -std::log(float_limits(x.scalar_type()).least_normal);
  const Tensor terms =
      are_logs ? (relative + weights).exp() : relative.clamp_max(most).exp() * weights;
  // If the weight of an infinite term underflows, the sum is 0, but the density is infinite.
  const Tensor sum = terms.sum(-1), size = largest.squeeze(-1);
  return sum.masked_fill((sum == 0).logical_and(size == kInfinity), 1).log() + size;
}

/// Whether a tensor of this shape, to which `weights` broadcasts, has its rows again and again.
bool repeats(const Tensor& weights, at::IntArrayRef shape) {
  at::IntArrayRef sizes = weights.sizes();
  while (sizes.size() > 1 && sizes.front() == 1) sizes = sizes.slice(1);
  return weights.is_contiguous() && sizes.size() <= shape.size() &&
         std::equal(sizes.rbegin(), sizes.rend(), shape.rbegin());
}

/// x as the contiguous rows of a tensor of this shape.
Tensor in_rows(const Tensor& x, at::IntArrayRef shape) {
  return x.sizes() == shape ? x.contiguous() : x.expand(shape).contiguous();
}

/// x, and the weights of its rows, which may repeat.
template <class T>
struct Rows {
  const Tensor &x, &weights;

  int64_t columns() const { return x.size(-1); }
  int64_t count() const { return x.numel() / columns(); }
  int64_t of_weights() const { return weights.numel() / columns(); }

  /// The rows [begin, end).
  WeightedRows part(int64_t begin, int64_t end) const {
    return {.count = end - begin,
            .columns = columns(),
            .x = x.const_data_ptr<T>() + begin * columns(),
            .weights = weights.const_data_ptr(),
            .first = begin,
            .weight_rows = of_weights(),
            .gradient = nullptr,
            .outputs = {nullptr, nullptr}};
  }
};

template <class T>
auto kernel(RowKernels::RunWeighted (RowKernels::*function)[2]) {
  return (engine::row_kernels().*function)[std::is_same_v<T, double>];
}

Tensor empty(at::IntArrayRef sizes, const Tensor& like) {
  return at::detail::empty_cpu(sizes, like.scalar_type(), /*pin_memory=*/false);
}

template <class T>
Tensor forward(const Tensor& x, const Tensor& weights, bool are_logs) {
  const Rows<T> rows{x, weights};
  Tensor result = empty(x.sizes().slice(0, x.sizes().size() - 1), x);
  T* const to = result.mutable_data_ptr<T>();
  const auto run = kernel<T>(are_logs ? &RowKernels::log_sum_of_logs : &RowKernels::log_sum);
  parallel_for(rows.count(), kGrain / rows.columns(), [&](int64_t begin, int64_t end) {
    WeightedRows part = rows.part(begin, end);
    part.outputs[0] = to + begin;
    run(part);
  });
  return result;
}

/// Computes gradients. Those of repeated weights are summed in double. The chunks of rows that are
/// summed, and so the result, do not depend on the number of threads.
template <class T>
class Backward {
 public:
  Backward(const Tensor& x, const Tensor& weights, bool are_logs, const Tensor& gradient,
           Wanted wanted)
      : rows_{x, weights},
        run_(kernel<T>(are_logs ? &RowKernels::log_sum_of_logs_backward
                                : &RowKernels::log_sum_backward)),
        gradient_(gradient.const_data_ptr<T>()) {
    for (const std::size_t i : {0, 1}) {
      if (!wanted[i]) continue;
      result_[i] = empty(saved(i).sizes(), x);
      to_[i] = result_[i].template mutable_data_ptr<T>();
    }
  }

  variable_list run() {
    const int64_t grain = kGrain / rows_.columns(), count = rows_.count();
    if (to_[1] == nullptr || rows_.of_weights() == count) {
      parallel_for(count, grain, [&](int64_t begin, int64_t end) {
        run_part(begin, end, to_[1] == nullptr ? nullptr : to_[1] + begin * rows_.columns());
      });
    } else {
      const int64_t n = rows_.weights.numel();
      int64_t chunks = std::clamp<int64_t>(count / grain, 1, kMaxChunks);
      if (n * chunks > rows_.x.numel() / 4) chunks = 1;
      std::vector<double> sums(static_cast<std::size_t>(n * chunks));
      parallel_for(chunks, 1, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i)
          add_part(count * i / chunks, count * (i + 1) / chunks, sums.data() + i * n);
      });
      for (int64_t i = 0; i < n; ++i) {
        double total = 0;
        for (int64_t chunk = 0; chunk < chunks; ++chunk) total += sums.data()[chunk * n + i];
        to_[1][i] = static_cast<T>(total);
      }
    }
    return {std::move(result_[0]), std::move(result_[1])};
  }

 private:
  static constexpr int64_t kMaxChunks = 16, kBuffer = 4096;

  const Tensor& saved(std::size_t i) const { return i == 0 ? rows_.x : rows_.weights; }

  void run_part(int64_t begin, int64_t end, T* of_weights) const {
    WeightedRows part = rows_.part(begin, end);
    part.gradient = gradient_ + begin;
    if (to_[0] != nullptr) part.outputs[0] = to_[0] + begin * rows_.columns();
    part.outputs[1] = of_weights;
    run_(part);
  }

  /// Adds the gradients of the weights of the rows [begin, end) to `sums`.
  void add_part(int64_t begin, int64_t end, double* sums) const {
    const int64_t columns = rows_.columns(), most = kBuffer / columns;
    std::array<T, kBuffer> terms;
    for (; begin < end; begin += most) {
      const int64_t count = std::min(most, end - begin);
      run_part(begin, begin + count, terms.data());
      const T* from = terms.data();
      int64_t place = begin % rows_.of_weights();
      for (int64_t row = 0; row < count; ++row, from += columns) {
        double* const to = sums + place * columns;
        for (int64_t i = 0; i < columns; ++i) to[i] += static_cast<double>(from[i]);
        if (++place == rows_.of_weights()) place = 0;
      }
    }
  }

  Rows<T> rows_;
  RowKernels::RunWeighted run_;
  const T* gradient_;
  std::array<Tensor, 2> result_;
  std::array<T*, 2> to_{};
};

/// `saved` holds x and the weights.
struct LogSumGradient {
  bool are_logs;

  static const char* name() { return "LogSum"; }

  variable_list by_kernel(at::TensorList saved, const Tensor& given, Wanted wanted) const {
    const Tensor gradient = given.contiguous();
    return gradient.scalar_type() == at::kDouble
               ? Backward<double>(saved[0], saved[1], are_logs, gradient, wanted).run()
               : Backward<float>(saved[0], saved[1], are_logs, gradient, wanted).run();
  }
  variable_list composed(at::TensorList saved, const Tensor& gradient, Wanted wanted) const {
    const auto function = [this](TensorPointers inputs) {
      return ops::composed(*inputs[0], *inputs[1], are_logs);
    };
    return differentiated(function, {&saved[0], &saved[1]}, gradient, wanted);
  }
};

/// Undefined if the kernels cannot read the tensors.
Tensor by_kernel(const Tensor& x, const Tensor& weights, bool are_logs) {
  if (!is_readable(x) || !is_readable(weights) || x.scalar_type() != weights.scalar_type() ||
      x.size(-1) > engine::kMostColumns) {
    return {};
  }
  const auto shape = at::infer_size_dimvector(x.sizes(), weights.sizes());
  const Tensor rows = in_rows(x, shape);
  const Tensor of_rows = repeats(weights, shape) ? weights : in_rows(weights, shape);
  if (!engine::has_row_kernel(rows) || !engine::has_row_kernel(of_rows)) return {};
  Tensor result = x.scalar_type() == at::kDouble ? forward<double>(rows, of_rows, are_logs)
                                                 : forward<float>(rows, of_rows, are_logs);
  if (requires_graph({&rows, &of_rows}))
    record(result, {&rows, &of_rows}, /*saved=*/{&rows, &of_rows}, LogSumGradient{are_logs});
  return result;
}

}  // namespace

Tensor log_sum(const Tensor& x, const Tensor& weights, bool are_logs) {
  return kernel_or_composed([&] { return by_kernel(x, weights, are_logs); },
                            [&] { return composed(x, weights, are_logs); });
}

}  // namespace torch::distributions::ops
