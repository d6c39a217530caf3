#include "ops/vectors/pick.h"

#include <ATen/Dispatch.h>
#include <ATen/EmptyTensor.h>
#include <ATen/ExpandUtils.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/zeros.h>
#include <c10/util/TypeCast.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "ops/engine/convert.h"
#include "ops/engine/layout.h"
#include "ops/special/constants.h"
#include "ops/tensor/kernel_or_composed.h"
#include "ops/tensor/parallel.h"
#include "ops/tensor/path.h"
#include "ops/vectors/rows.h"

namespace torch::distributions::ops {
namespace {

using at::Tensor;

/// How a value names a category: by its index, or as a one-hot vector.
enum class Form : char { kIndex, kHot };

// --- Composed -----------------------------------------------------------------------------------

/// A mask over the categories. It is true at the category that the value names.
Tensor is_named(Form form, const Tensor& value, int64_t categories) {
  if (form == Form::kIndex) {
    return value.unsqueeze(-1) == at::arange(categories, value.options().dtype(at::kLong));
  }
  const Tensor is_one = value == 1;
  const Tensor is_hot = (is_one | (value == 0)).all(-1, true) & (is_one.sum(-1, true) == 1);
  return is_one & is_hot;
}

/// `picked`, with NaN where the value, or one of its elements, is NaN.
Tensor with_nan_of(Form form, const Tensor& value, const Tensor& picked) {
  if (!value.is_floating_point()) return picked;
  const Tensor nan = value.isnan();
  return picked.masked_fill(form == Form::kHot ? nan.any(-1) : nan, kNaN);
}

Tensor composed(Form form, const Tensor& table, const Tensor& value, double otherwise) {
  const int64_t categories = table.size(-1);
  if (form == Form::kHot) {
    const Tensor named = is_named(form, value, categories);
    return with_nan_of(form, value,
                       table.masked_fill(named.bitwise_not(), 0)
                           .sum(-1)
                           .masked_fill(named.any(-1).bitwise_not(), otherwise));
  }
  Tensor outside = (value < 0) | (value >= categories);
  if (value.is_floating_point()) outside = outside | (value != value.floor());
  const Tensor index = value.masked_fill(outside, 0).to(at::kLong);
  const auto batch = table.sizes().slice(0, table.sizes().size() - 1);
  const auto shape = at::infer_size_dimvector(index.sizes(), batch);
  Tensor picked;
  if (batch == at::IntArrayRef(shape)) {
    picked = table.gather(-1, index.expand(shape).unsqueeze(-1)).squeeze(-1);
  } else {
    // Several values share a vector: gather from the flat table, to copy no vector for each value.
    const Tensor start =
        at::arange(c10::multiply_integers(batch), index.options()).mul_(categories).view(batch);
    picked = table.reshape(-1).gather(0, (index + start).reshape(-1)).view(shape);
  }
  return with_nan_of(form, value, picked.masked_fill(outside, otherwise));
}

Tensor composed_backward(Form form, const Tensor& value, const Tensor& gradient,
                         at::IntArrayRef table) {
  const Tensor others = is_named(form, value, table.back()).bitwise_not();
  return at::sum_to(gradient.unsqueeze(-1).masked_fill(others, 0), table);
}

// --- The category that a value names -------------------------------------------------------------

// Codes of a value that names no category, and of one with a NaN, as in `index_of_one`.
constexpr int64_t kNoCategory = -1, kNotANumber = -2;

template <class T>
int64_t category_of_index(const T* number, int64_t categories) {
  if constexpr (std::is_integral_v<T>) {
    const auto index = static_cast<int64_t>(*number);
    return index >= 0 && index < categories ? index : kNoCategory;
  } else {
    const auto index = static_cast<double>(*number);
    if (std::isnan(index)) return kNotANumber;
    return index >= 0 && index < static_cast<double>(categories) && index == std::floor(index)
               ? static_cast<int64_t>(index)
               : kNoCategory;
  }
}

template <class T>
int64_t category_of_hot(const T* numbers, int64_t stride, int64_t categories) {
  int place = 0, ones = 0, zeros = 0, nans = 0;
  for (int i = 0; i < static_cast<int>(categories); ++i) {
    const T number = numbers[i * stride];
    const int is_one = static_cast<int>(number == T(1));
    ones += is_one;
    zeros += static_cast<int>(number == T(0));
    nans += static_cast<int>(number != number);
    place += i * is_one;
  }
  if (nans > 0) return kNotANumber;
  return ones == 1 && zeros == categories - 1 ? place : kNoCategory;
}

/// A tensor of values that name categories.
struct Values {
  Form form;
  const Tensor& value;
  int64_t categories;

  at::IntArrayRef sizes() const { return batch_of(value.sizes()); }
  at::IntArrayRef strides() const { return batch_of(value.strides()); }
  at::IntArrayRef batch_of(at::IntArrayRef of_value) const {
    return form == Form::kIndex ? of_value : of_value.slice(0, of_value.size() - 1);
  }

  /// The categories of `count` values from `offset` on, in place if possible, else in `to`. A
  /// number outside [0, categories) names no category.
  const int64_t* find(int64_t offset, int64_t stride, int64_t count, int64_t* to) const {
    if (form == Form::kIndex && value.scalar_type() == at::kLong && stride == 1)
      return value.const_data_ptr<int64_t>() + offset;
    if (fills_rows() && stride == categories) {
      const auto* const first = static_cast<const char*>(value.const_data_ptr()) +
                                offset * static_cast<int64_t>(value.element_size());
      engine::row_kernels().index_of_one[value.scalar_type() == at::kDouble](
          {count, categories, {first}, to});
      return to;
    }
    AT_DISPATCH_ALL_TYPES_AND3(
        at::kHalf, at::kBFloat16, at::kBool, value.scalar_type(), "pick", [&] {
          const auto* from = static_cast<const scalar_t*>(value.const_data_ptr()) + offset;
          if (form == Form::kIndex) {
            for (int64_t i = 0; i < count; ++i)
              to[i] = category_of_index(from + i * stride, categories);
          } else if (value.stride(-1) == 1) {
            for (int64_t i = 0; i < count; ++i)
              to[i] = category_of_hot(from + i * stride, 1, categories);
          } else {
            for (int64_t i = 0; i < count; ++i)
              to[i] = category_of_hot(from + i * stride, value.stride(-1), categories);
          }
        });
    return to;
  }

  /// Whether the row kernel can read the one-hot vectors, if they are contiguous.
  bool fills_rows() const {
    const auto dtype = value.scalar_type();
    return form == Form::kHot && (dtype == at::kFloat || dtype == at::kDouble) &&
           value.stride(-1) == 1 && categories <= engine::kMostColumns;
  }

  bool names(int64_t category) const {
    return static_cast<uint64_t>(category) < static_cast<uint64_t>(categories);
  }
  bool is_nan(int64_t category) const {
    return category == kNotANumber && value.is_floating_point();
  }
};

// --- Evaluation ---------------------------------------------------------------------------------

constexpr int64_t kBlock = 1024;

enum Operand : std::size_t { kValues, kTable, kResult, kOperands };

/// The common dimensions of the values, the vectors and the results.
struct Dimensions {
  bool join(const Values& values, at::IntArrayRef table, at::IntArrayRef table_strides,
            at::IntArrayRef result_strides) {
    layout.add(values.sizes(), values.strides());
    layout.add(table.slice(0, table.size() - 1), table_strides.slice(0, table.size() - 1));
    layout.add(sizes, result_strides);
    return layout.join();
  }

  /// Calls f(offsets of the operands, count) for parts of [begin, end), each along dimension 0.
  template <class F>
  void for_each(int64_t begin, int64_t end, const F& f) const {
    while (begin < end) {
      std::array<int64_t, kOperands> offset{};
      int64_t rest = begin;
      const int64_t count =
          std::min({end - begin, layout.size(0) - begin % layout.size(0), kBlock});
      for (std::size_t dim = 0; dim < layout.dims(); ++dim) {
        const int64_t i = rest % layout.size(dim);
        rest /= layout.size(dim);
        for (std::size_t k = 0; k < kOperands; ++k) offset[k] += i * layout.stride(k, dim);
      }
      f(offset, count);
      begin += count;
    }
  }

  at::IntArrayRef sizes;  // of the result
  engine::Layout layout{sizes};
};

bool are_readable(const Tensor& table, const Tensor& value, Form form) {
  const auto own = [](at::ScalarType dtype) {
    return at::isFloatingType(dtype) && c10::elementSize(dtype) > 1;
  };
  const auto dtype = value.scalar_type();
  return ops::is_readable(table) && ops::is_readable(value) && own(table.scalar_type()) &&
         (own(dtype) || dtype == at::kBool || at::isIntegralType(dtype, /*includeBool=*/false)) &&
         (form == Form::kIndex || (value.dim() > 0 && value.size(-1) == table.size(-1) &&
                                   value.size(-1) <= std::numeric_limits<int>::max()));
}

/// Undefined if a kernel cannot evaluate these inputs.
Tensor by_kernel(const Values& values, const Tensor& table, double otherwise) {
  if (!are_readable(table, values.value, values.form)) return {};
  const auto batch = table.sizes().slice(0, table.sizes().size() - 1);
  const auto shape = at::infer_size_dimvector(values.sizes(), batch);
  Tensor result = engine::uninitialized(shape, table.scalar_type());
  if (result.numel() == 0) return result;
  Dimensions dimensions{.sizes = shape};
  if (!dimensions.join(values, table.sizes(), table.strides(), result.strides())) return {};
  const int64_t grain = values.form == Form::kIndex ? kGrain : kGrain / (values.categories + 1) + 1;
  AT_DISPATCH_FLOATING_TYPES_AND2(at::kHalf, at::kBFloat16, table.scalar_type(), "pick", [&] {
    const auto* from = static_cast<const scalar_t*>(table.const_data_ptr());
    auto* to = static_cast<scalar_t*>(result.mutable_data_ptr());
    const auto& layout = dimensions.layout;
    const int64_t row = layout.stride(kTable, 0), column = table.stride(-1);
    const auto none = c10::convert<scalar_t>(otherwise), nan = c10::convert<scalar_t>(kNaN);
    parallel_for(result.numel(), grain, [&](int64_t begin, int64_t end) {
      std::array<int64_t, kBlock> found;
      dimensions.for_each(begin, end, [&](const auto& offset, int64_t count) {
        const int64_t* const category =
            values.find(offset[kValues], layout.stride(kValues, 0), count, found.data());
        const scalar_t* vector = from + offset[kTable];
        for (int64_t i = 0; i < count; ++i, vector += row) {
          to[offset[kResult] + i] = values.names(category[i])    ? vector[category[i] * column]
                                    : values.is_nan(category[i]) ? nan
                                                                 : none;
        }
      });
    });
  });
  return result;
}

/// The gradient of `table`: each element is 0 or a sum of gradients of results.
Tensor backward_by_kernel(const Values& values, at::IntArrayRef table, const Tensor& gradient) {
  Tensor result = at::zeros(table, gradient.options());
  if (gradient.numel() == 0) return result;
  Dimensions dimensions{.sizes = gradient.sizes()};
  if (!dimensions.join(values, table, result.strides(), gradient.strides())) return {};
  const auto& layout = dimensions.layout;
  const int64_t row = layout.stride(kTable, 0), step = layout.stride(kResult, 0);
  const auto add = [&](int64_t begin, int64_t end, const auto* from, auto* to) {
    using To = std::decay_t<decltype(*to)>;
    std::array<int64_t, kBlock> found;
    dimensions.for_each(begin, end, [&](const auto& offset, int64_t count) {
      const int64_t* const category =
          values.find(offset[kValues], layout.stride(kValues, 0), count, found.data());
      auto* vector = to + offset[kTable];
      for (int64_t i = 0; i < count; ++i, vector += row) {
        if (values.names(category[i]))
          vector[category[i]] += static_cast<To>(from[offset[kResult] + i * step]);
      }
    });
  };
  AT_DISPATCH_FLOATING_TYPES_AND2(at::kHalf, at::kBFloat16, gradient.scalar_type(), "pick", [&] {
    const auto* from = static_cast<const scalar_t*>(gradient.const_data_ptr());
    auto* to = static_cast<scalar_t*>(result.mutable_data_ptr());
    if (gradient.numel() * values.categories == result.numel()) {  // one for each vector
      parallel_for(gradient.numel(), kGrain / (values.categories + 1) + 1,
                   [&](int64_t begin, int64_t end) { add(begin, end, from, to); });
    } else {
      std::vector<double> sums(static_cast<std::size_t>(result.numel()));
      add(0, gradient.numel(), from, sums.data());
      const int64_t n = result.numel();
      engine::scatter(sums.data(), 1, n, to, gradient.scalar_type(), n, 1);
    }
  });
  return result;
}

// --- Autograd -----------------------------------------------------------------------------------

/// `saved` holds the value.
struct PickGradient {
  Form form;
  at::DimVector table;  // sizes of the table

  static const char* name() { return "Pick"; }

  variable_list by_kernel(at::TensorList saved, const Tensor& gradient, Wanted) const {
    Tensor result = backward_by_kernel({form, saved[0], table.back()}, table, gradient);
    if (!result.defined()) return {};
    return {std::move(result)};
  }
  variable_list composed(at::TensorList saved, const Tensor& gradient, Wanted) const {
    return {composed_backward(form, saved[0], gradient, table)};
  }
};

Tensor pick(Form form, const Tensor& table, const Tensor& value, double otherwise) {
  return kernel_or_composed(
      [&] {
        Tensor result = by_kernel({form, value, table.size(-1)}, table, otherwise);
        if (result.defined() && requires_graph({&table})) {
          const Tensor constant = value.detach();
          record(result, {&table}, /*saved=*/{&constant},
                 PickGradient{form, at::DimVector(table.sizes())});
        }
        return result;
      },
      [&] { return composed(form, table, value.detach(), otherwise); });
}

}  // namespace

Tensor pick(const Tensor& table, const Tensor& index, double otherwise) {
  return pick(Form::kIndex, table, index, otherwise);
}
Tensor pick_hot(const Tensor& table, const Tensor& hot, double otherwise) {
  return pick(Form::kHot, table, hot, otherwise);
}

}  // namespace torch::distributions::ops
