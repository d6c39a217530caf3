#include "ops/vectors/weighted_rows.h"

#include <ATen/ExpandUtils.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <type_traits>
#include <utility>
#include <vector>

#include "ops/tensor/differentiated.h"
#include "ops/tensor/kernel_or_composed.h"
#include "ops/tensor/parallel.h"
#include "ops/vectors/rows.h"

namespace torch::distributions::ops {
namespace {

using at::IntArrayRef;
using at::Tensor;
using engine::RowKernels;
using engine::WeightedRows;

/// Whether a tensor of this shape, to which `tensor` broadcasts, has its elements again and again.
bool repeats(const Tensor& tensor, IntArrayRef shape) {
  IntArrayRef sizes = tensor.sizes();
  while (sizes.size() > 1 && sizes.front() == 1) sizes = sizes.slice(1);
  return tensor.is_contiguous() && sizes.size() <= shape.size() &&
         std::equal(sizes.rbegin(), sizes.rend(), shape.rbegin());
}

/// x as a contiguous tensor of this shape.
Tensor filled(const Tensor& x, IntArrayRef shape) {
  return x.sizes() == shape ? x.contiguous() : x.expand(shape).contiguous();
}

/// A tensor expanded from one vector becomes that vector, unless each of them has a gradient.
Tensor one_of_equal(const Tensor& x, int64_t event_dim) {
  const auto batch = static_cast<std::size_t>(x.dim() - event_dim);
  const auto strides = x.strides().slice(0, batch);
  if (batch == 0 || x.numel() == 0 || x.requires_grad() ||
      !std::all_of(strides.begin(), strides.end(), [](int64_t s) { return s == 0; })) {
    return x;
  }
  Tensor one = x;
  while (one.dim() > event_dim) one = one.select(0, 0);
  return one;
}

IntArrayRef batch_of(const Tensor& x) { return x.sizes().slice(0, x.sizes().size() - 1); }

/// x, the weights of its rows, which may repeat, and the numbers of its rows.
template <class T>
struct Rows {
  const Tensor &x, &weights;
  const Tensor& numbers;  // one, or one for each row; may be undefined

  int64_t columns() const { return x.size(-1); }
  int64_t count() const { return x.numel() / columns(); }
  int64_t of_weights() const { return weights.numel() / columns(); }

  /// The rows [begin, end).
  WeightedRows part(int64_t begin, int64_t end) const {
    const bool vary = numbers.defined() && numbers.numel() > 1;
    return {.count = end - begin,
            .columns = columns(),
            .x = x.const_data_ptr<T>() + begin * columns(),
            .weights = weights.const_data_ptr(),
            .first = begin,
            .weight_rows = of_weights(),
            .numbers =
                numbers.defined() ? numbers.const_data_ptr<double>() + (vary ? begin : 0) : nullptr,
            .number_stride = vary ? 1 : 0,
            .is_special = nullptr,
            .gradient = nullptr,
            .outputs = {nullptr, nullptr},
            .of_numbers = nullptr};
  }
};

template <class T>
auto kernel(RowKernels::RunWeighted (RowKernels::*function)[2]) {
  return (engine::row_kernels().*function)[std::is_same_v<T, double>];
}

/// Calls `f` with a zero of the type of the elements.
template <class F>
auto with_type_of(const Tensor& x, const F& f) {
  return x.scalar_type() == at::kDouble ? f(double{}) : f(float{});
}

/// Undefined if a row is special.
template <class T>
Tensor forward(const RowFunction& function, const Rows<T>& rows) {
  Tensor result = engine::uninitialized(batch_of(rows.x), rows.x.scalar_type());
  T* const to = result.mutable_data_ptr<T>();
  const auto run = kernel<T>(function.forward);
  std::atomic<bool> is_special = false;
  parallel_for(rows.count(), kGrain / rows.columns(), [&](int64_t begin, int64_t end) {
    WeightedRows part = rows.part(begin, end);
    bool of_part = false;
    part.is_special = &of_part;
    part.outputs[0] = to + begin;
    run(part);
    if (of_part) is_special.store(true, std::memory_order_relaxed);
  });
  return is_special.load(std::memory_order_relaxed) ? Tensor() : result;
}

/// Computes gradients. Those of repeated weights are summed in double. The chunks of rows that are
/// summed, and so the result, do not depend on the number of threads.
template <class T>
class Backward {
 public:
  Backward(const RowFunction& function, const Rows<T>& rows, const Tensor& gradient, Wanted wanted)
      : rows_(rows),
        run_(kernel<T>(function.backward)),
        gradient_(gradient.const_data_ptr<T>()),
        wanted_(wanted) {
    for (const std::size_t i : {0, 1}) {
      if (!wanted[i]) continue;
      result_[i] =
          engine::uninitialized((i == 0 ? rows_.x : rows_.weights).sizes(), rows_.x.scalar_type());
      to_[i] = result_[i].template mutable_data_ptr<T>();
    }
    if (!wanted[2]) return;
    result_[2] = engine::uninitialized(batch_of(rows_.x), at::kDouble);
    of_numbers_ = result_[2].template mutable_data_ptr<double>();
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
    if (wanted_[2]) result_[2] = at::sum_to(std::move(result_[2]), rows_.numbers.sizes());
    variable_list found{std::move(result_[0]), std::move(result_[1])};
    if (rows_.numbers.defined()) found.push_back(std::move(result_[2]));
    return found;
  }

 private:
  static constexpr int64_t kMaxChunks = 16, kBuffer = 4096;

  void run_part(int64_t begin, int64_t end, T* of_weights) const {
    WeightedRows part = rows_.part(begin, end);
    part.gradient = gradient_ + begin;
    if (to_[0] != nullptr) part.outputs[0] = to_[0] + begin * rows_.columns();
    part.outputs[1] = of_weights;
    if (of_numbers_ != nullptr) part.of_numbers = of_numbers_ + begin;
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
  Wanted wanted_;
  std::array<Tensor, 3> result_;
  std::array<T*, 2> to_{};
  double* of_numbers_ = nullptr;
};

/// `saved` holds x, the weights, and the numbers if there are any.
struct RowsGradient {
  const RowFunction* function;

  const char* name() const { return function->name; }

  variable_list by_kernel(at::TensorList saved, const Tensor& given, Wanted wanted) const {
    if (function->backward == nullptr) return {};
    const Tensor gradient = given.contiguous(), none;
    const Tensor& numbers = saved.size() > 2 ? saved[2] : none;
    return with_type_of(gradient, [&]<class T>(T) {
      return Backward<T>(*function, {saved[0], saved[1], numbers}, gradient, wanted).run();
    });
  }
  variable_list composed(at::TensorList saved, const Tensor& gradient, Wanted wanted) const {
    const auto of = [this](TensorPointers inputs) {
      return function->composed(*inputs[0], *inputs[1], inputs.size() > 2 ? *inputs[2] : Tensor());
    };
    c10::SmallVector<const Tensor*, 3> inputs;
    for (const Tensor& tensor : saved) inputs.push_back(&tensor);
    return differentiated(of, inputs, gradient, wanted);
  }
};

/// The inputs of a kernel.
struct Arranged {
  Tensor x, weights, numbers;

  /// Undefined tensors if kernels cannot read the inputs.
  static Arranged of(const Tensor& x, const Tensor& weights, const Tensor& number) {
    if (!is_readable(x) || !is_readable(weights) || x.scalar_type() != weights.scalar_type() ||
        x.size(-1) > engine::kMostColumns || (number.defined() && !is_readable(number))) {
      return {};
    }
    auto shape = at::infer_size_dimvector(x.sizes(), weights.sizes());
    if (number.defined() && number.dim() > 0) {
      at::DimVector of_number(number.sizes());
      of_number.push_back(1);
      shape = at::infer_size_dimvector(shape, of_number);
    }
    Arranged result;
    result.x = filled(x, shape);
    const Tensor one = one_of_equal(weights, 1);
    result.weights = repeats(one, shape) ? one : filled(one, shape);
    if (!engine::has_row_kernel(result.x) || !engine::has_row_kernel(result.weights)) return {};
    if (number.defined()) {
      const Tensor same = one_of_equal(number, 0);
      result.numbers =
          same.numel() == 1 ? same : filled(same, IntArrayRef(shape).slice(0, shape.size() - 1));
    }
    return result;
  }
};

Tensor by_kernel(const RowFunction& function, const Tensor& x, const Tensor& weights,
                 const Tensor& number) {
  const Arranged given = Arranged::of(x, weights, number);
  if (!given.x.defined()) return {};
  Tensor result = with_type_of(given.x, [&]<class T>(T) {
    return forward<T>(function, {given.x, given.weights, given.numbers});
  });
  if (!result.defined()) return result;
  const std::array<const Tensor*, 3> all{&given.x, &given.weights, &given.numbers};
  const TensorPointers inputs(all.data(), number.defined() ? 3 : 2);
  if (requires_graph(inputs)) record(result, inputs, inputs, RowsGradient{&function});
  return result;
}

}  // namespace

Tensor evaluate_rows(const RowFunction& function, const Tensor& x, const Tensor& weights,
                     const Tensor& number) {
  return kernel_or_composed([&] { return by_kernel(function, x, weights, number); },
                            [&] { return function.composed(x, weights, number); });
}

bool overwrite_rows(RowKernels::RunWeighted (RowKernels::*function)[2], const Tensor& x,
                    const Tensor& weights, const Tensor& number) {
  if (!may_use_kernels() || !engine::has_row_kernel(x)) return false;
  const Arranged given = Arranged::of(x, weights, number);
  if (!given.x.defined() || !given.x.is_same(x)) return false;
  with_type_of(x, [&]<class T>(T) {
    const Rows<T> rows{given.x, given.weights, given.numbers};
    T* const to = x.mutable_data_ptr<T>();
    parallel_for(rows.count(), kGrain / rows.columns(), [&](int64_t begin, int64_t end) {
      WeightedRows part = rows.part(begin, end);
      part.outputs[0] = to + begin * rows.columns();
      kernel<T>(function)(part);
    });
  });
  return true;
}

}  // namespace torch::distributions::ops
