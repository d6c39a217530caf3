#include "ops/engine/engine.h"

#include <ATen/EmptyTensor.h>
#include <ATen/ExpandUtils.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>
#include <c10/util/Exception.h>
#include <c10/util/SmallVector.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "ops/engine/convert.h"
#include "ops/engine/layout.h"
#include "ops/tensor/differentiated.h"
#include "ops/tensor/dtypes.h"
#include "ops/tensor/kernel_or_composed.h"
#include "ops/tensor/parallel.h"
#include "ops/tensor/plain.h"
#include "ops/tensor/sum_rightmost.h"
#include "ops/tensor/total.h"

namespace torch::distributions::ops::engine {
namespace {

namespace autograd = torch::autograd;

using at::Tensor;

// --- Evaluation ---------------------------------------------------------------------------------

/// Whether kernels read doubles: if the result is in double, or if the function computes in double
/// and an input holds 32-bit or 64-bit integers, which float may not hold exactly.
bool reads_doubles(const Operation& operation, Inputs inputs, at::ScalarType result) {
  if (result == at::kDouble) return true;
  return operation.in_double && std::any_of(inputs.begin(), inputs.end(), [](const Tensor* t) {
           return t->scalar_type() == at::kLong || t->scalar_type() == at::kInt;
         });
}

template <class T>
struct Workspace {
  // Deliberately not initialized: most evaluations use none of it.
  alignas(64) T elements[Layout::kMaxOperands][kTileElements];
};

/// Adds a block of terms to their sums.
template <class T>
void add_to_sums(const T* terms, int64_t rows, int64_t columns, int64_t row_stride,
                 int64_t column_stride, double* sums) {
  for (int64_t row = 0; row < rows; ++row, terms += columns) {
    double* const to = sums + row * row_stride;
    if (column_stride == 0) {
      *to += total(terms, columns);
    } else {
      for (int64_t i = 0; i < columns; ++i) to[i * column_stride] += static_cast<double>(terms[i]);
    }
  }
}

template <class T>
constexpr at::ScalarType kDtype = std::is_same_v<T, double> ? at::kDouble : at::kFloat;

/// The common part of forward and backward: the inputs of each tile.
template <class T>
class Pass {
 public:
  Pass(const Operation& operation, Inputs inputs, at::IntArrayRef shape)
      : operation_(operation), inputs_(inputs), layout_(shape) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      layout_.add(inputs[i]->sizes(), inputs[i]->strides());
      data_[i] = static_cast<const char*>(inputs[i]->const_data_ptr());
    }
  }

 protected:
  /// Divides the evaluation into tiles. The dimensions must have been joined. `operand(i)` is the
  /// operand whose strides show where parameter i varies.
  template <class Operand>
  Tiling tiling(const Operand& operand) {
    const auto varies = [&](std::size_t dim) {
      for (std::size_t i = 0; i < operation_.parameters; ++i) {
        if (layout_.stride(operand(i), dim) != 0) return true;
      }
      return false;
    };
    constexpr int64_t kWidest = 64;  // bytes of the largest register
    const bool of_doubles = operation_.in_double || kDtype<T> == at::kDouble;
    const int64_t lanes = kWidest / (of_doubles ? 8 : 4);
    const bool of_value = operation_.parameters < inputs_.size();
    if (of_value && varies(0) && layout_.size(0) >= lanes) {
      // Make dimension 1 one along which no parameter varies, so that rows share the parameters.
      for (std::size_t dim = 2; dim < layout_.dims() && varies(1); ++dim) {
        if (!varies(dim)) layout_.swap(1, dim);
      }
    }
    return Tiling(layout_, of_value, {varies(0), varies(1)}, lanes);
  }

  /// The kernel of this pass for the instruction set, the dtype and the kind of the tiles.
  Kernels::Run kernel(Kernels::Run (Kernels::*pass)[2][2], const Tiling& tiling) const {
    const Kernels& kernels = operation_.kernels[static_cast<std::size_t>(instruction_set())]();
    return (kernels.*pass)[kDtype<T> == at::kDouble][tiling.kind() == TileKind::kRows];
  }

  /// The numbers of rows and columns of an input, and of its gradient, in a tile.
  std::pair<int64_t, int64_t> extent(const Tiling& tiling, const Tiling::Place& place,
                                     std::size_t input) const {
    const bool is_parameter = input < operation_.parameters;
    return {is_parameter && tiling.kind() == TileKind::kColumns ? 1 : place.rows,
            is_parameter && tiling.kind() == TileKind::kRows ? 1 : place.columns};
  }

  /// A tile with its shape and inputs set.
  Tile begin(const Tiling& tiling, const Tiling::Place& place, Workspace<T>& workspace) const {
    Tile tile;
    tile.rows = tiling.kind() == TileKind::kFlat ? 1 : place.rows;
    tile.columns = tiling.kind() == TileKind::kFlat ? place.rows * place.columns : place.columns;
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      const auto [rows, columns] = extent(tiling, place, i);
      tile.inputs[i] = elements(tiling, place, i, *inputs_[i], data_[i], rows, columns,
                                workspace.elements[i], tile.row_strides[i]);
    }
    return tile;
  }

  /// The elements of an operand: in place if a kernel can read them there, else copied to `copy`.
  const T* elements(const Tiling& tiling, const Tiling::Place& place, std::size_t operand,
                    const Tensor& tensor, const char* data, int64_t rows, int64_t columns, T* copy,
                    int64_t& row_stride) const {
    const auto dtype = tensor.scalar_type();
    const int64_t column_stride = layout_.stride(operand, 0);
    const char* first =
        data + place.offset(layout_, operand) * static_cast<int64_t>(c10::elementSize(dtype));
    row_stride = layout_.stride(operand, 1);
    const bool is_flat = tiling.kind() != TileKind::kFlat || rows == 1 || row_stride == columns;
    if (dtype == kDtype<T> && is_flat && (column_stride == 1 || columns == 1)) {
      return reinterpret_cast<const T*>(first);
    }
    gather(first, dtype, row_stride, column_stride, rows, columns, copy);
    row_stride = columns;
    return copy;
  }

  const Operation& operation_;
  Inputs inputs_;
  Layout layout_;
  std::array<const char*, kMaxInputs> data_;
};

template <class T>
class Forward : Pass<T> {
 public:
  /// \param shape The shape before the output is summed over its last dimensions.
  Forward(const Operation& operation, Inputs inputs, at::IntArrayRef shape, const Tensor& output)
      : Pass<T>(operation, inputs, shape),
        output_(output),
        is_summed_(output.sizes() != shape),
        strides_(output.strides()) {
    strides_.resize(shape.size(), 0);
    this->layout_.add(shape, strides_);
  }

  bool run() {
    if (!this->layout_.join()) return false;
    const Tiling tiling = this->tiling([](std::size_t i) { return i; });
    kernel_ = this->kernel(&Kernels::forward, tiling);
    data_ = static_cast<char*>(output_.mutable_data_ptr());
    if (is_summed_) sums_.assign(static_cast<std::size_t>(output_.numel()), 0.0);
    const auto tiles = [&](int64_t begin, int64_t end) {
      Workspace<T> workspace;
      bool is_finite = true;
      for (int64_t i = begin; i < end; ++i) tile(tiling, i, workspace, is_finite);
      if (!is_finite) is_finite_.store(false, std::memory_order_relaxed);
    };
    // Two threads must not add to the same sum, so the tiles of a sum stay together.
    const int64_t together = !is_summed_ ? 1 : tiling.tiles_of_rows(output_operand());
    const int64_t groups = tiling.count() / together;
    if (groups == 1) {
      tiles(0, tiling.count());
    } else {
      parallel_for(groups, std::max<int64_t>(1, kGrain / (tiling.elements() * together)),
                   [&](int64_t begin, int64_t end) { tiles(begin * together, end * together); });
    }
    if (is_summed_) {
      const int64_t n = output_.numel();
      scatter(sums_.data(), 1, n, data_, output_.scalar_type(), n, 1);
    }
    return true;
  }

  /// Whether all elements were finite before they were summed. Valid after `run`.
  bool is_finite() const { return is_finite_.load(std::memory_order_relaxed); }

 private:
  std::size_t output_operand() const { return this->inputs_.size(); }

  void tile(const Tiling& tiling, int64_t index, Workspace<T>& workspace, bool& is_finite) {
    const auto place = tiling.place(index);
    Tile tile = this->begin(tiling, place, workspace);
    tile.is_finite = &is_finite;
    const std::size_t k = output_operand();
    const auto dtype = output_.scalar_type();
    const int64_t offset = place.offset(this->layout_, k);
    const int64_t row_stride = this->layout_.stride(k, 1);
    char* const target = data_ + offset * static_cast<int64_t>(c10::elementSize(dtype));
    if (dtype == kDtype<T> && !is_summed_) {
      tile.output = target;
      tile.output_row_stride = row_stride;
      kernel_(tile);
      return;
    }
    tile.output = workspace.elements[k];
    tile.output_row_stride = place.columns;
    kernel_(tile);
    if (is_summed_) {
      add_to_sums(workspace.elements[k], place.rows, place.columns, row_stride,
                  this->layout_.stride(k, 0), sums_.data() + offset);
    } else {
      scatter(workspace.elements[k], place.rows, place.columns, target, dtype, row_stride, 1);
    }
  }

  const Tensor& output_;
  bool is_summed_;
  at::DimVector strides_;  // 0 along the dimensions that are summed
  std::vector<double> sums_;
  std::atomic<bool> is_finite_ = true;
  Kernels::Run kernel_ = nullptr;
  char* data_ = nullptr;
};

/// Computes the gradients of the inputs in `wanted`.
template <class T>
class Backward : Pass<T> {
 public:
  Backward(const Operation& operation, Inputs inputs, const Tensor& gradient, Wanted wanted)
      : Pass<T>(operation, inputs, gradient.sizes()), gradient_(gradient), wanted_(wanted) {
    this->layout_.add(gradient.sizes(), gradient.strides());
    std::size_t operand = inputs.size() + 1;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!wanted[i]) continue;
      const Tensor& input = *inputs[i];
      result_[i] = at::detail::empty_cpu(input.sizes(), input.scalar_type(), /*pin_memory=*/false);
      operand_[i] = operand++;
      is_summed_[i] = input.numel() != gradient.numel();
      this->layout_.add(result_[i].sizes(), result_[i].strides());
    }
  }

  bool run(Kernels::Run (Kernels::*pass)[2][2]) {
    if (!this->layout_.join()) return false;
    // Tile by the strides of wanted gradients: an expanded view has a gradient for each element.
    const Tiling tiling =
        this->tiling([this](std::size_t i) { return wanted_[i] ? operand_[i] : i; });
    kernel_ = this->kernel(pass, tiling);
    gradient_data_ = static_cast<const char*>(gradient_.const_data_ptr());

    const int64_t chunks = allocate_sums(tiling);
    if (chunks == 1) {
      tiles(tiling, 0, tiling.count(), 0);
    } else if (sums_size_ == 0) {
      parallel_for(tiling.count(), std::max<int64_t>(1, kGrain / tiling.elements()),
                   [&](int64_t begin, int64_t end) { tiles(tiling, begin, end, 0); });
    } else {
      parallel_for(chunks, 1, [&](int64_t begin, int64_t end) {
        for (int64_t chunk = begin; chunk < end; ++chunk) {
          tiles(tiling, tiling.count() * chunk / chunks, tiling.count() * (chunk + 1) / chunks,
                chunk);
        }
      });
    }
    store_sums(chunks);
    return true;
  }

  Tensor& result(std::size_t i) { return result_[i]; }

 private:
  static constexpr int64_t kMaxChunks = 16;

  /// Allocates sums in double, one set for each chunk of tiles. The chunks, and so the result, do
  /// not depend on the number of threads.
  /// \returns the number of chunks, each of which may run on its own thread.
  int64_t allocate_sums(const Tiling& tiling) {
    sums_size_ = 0;
    for (std::size_t i = 0; i < this->inputs_.size(); ++i) {
      if (!wanted_[i] || !is_summed_[i]) continue;
      first_sum_[i] = sums_size_;
      sums_size_ += result_[i].numel();
    }
    const int64_t elements = gradient_.numel();
    int64_t chunks =
        std::clamp<int64_t>(elements / kGrain, 1, std::min(kMaxChunks, tiling.count()));
    if (sums_size_ == 0) return chunks;
    if (sums_size_ * chunks > elements / 4)
      chunks = 1;  // more sums would cost more memory than they save time
    sums_.assign(static_cast<std::size_t>(sums_size_ * chunks), 0.0);
    return chunks;
  }

  void tiles(const Tiling& tiling, int64_t begin, int64_t end, int64_t chunk) {
    Workspace<T> workspace;
    for (int64_t i = begin; i < end; ++i) {
      tile(tiling, i, workspace, sums_.data() + chunk * sums_size_);
    }
  }

  void tile(const Tiling& tiling, int64_t index, Workspace<T>& workspace, double* sums) const {
    const auto place = tiling.place(index);
    Tile tile = this->begin(tiling, place, workspace);
    set_gradient(tiling, place, workspace, tile);
    const std::size_t inputs = this->inputs_.size();
    for (std::size_t i = 0; i < inputs; ++i) {
      tile.gradients[i] = wanted_[i] ? target(tiling, place, i, workspace, tile) : nullptr;
    }
    kernel_(tile);
    for (std::size_t i = 0; i < inputs; ++i) {
      if (!wanted_[i] || tile.gradients[i] != workspace.elements[operand_[i]]) continue;
      const auto [rows, columns] = this->extent(tiling, place, i);
      if (is_summed_[i]) {
        add_to_sums(workspace.elements[operand_[i]], rows, columns, stride(i, 1), stride(i, 0),
                    sums + first_sum_[i] + place.offset(this->layout_, operand_[i]));
      } else {
        scatter(workspace.elements[operand_[i]], rows, columns, address(place, i),
                result_[i].scalar_type(), stride(i, 1), stride(i, 0));
      }
    }
  }

  /// Sets the gradient of the output: one number if it does not vary over the tile, as after a sum.
  void set_gradient(const Tiling& tiling, const Tiling::Place& place, Workspace<T>& workspace,
                    Tile& tile) const {
    const std::size_t k = this->inputs_.size();
    const bool is_one = this->layout_.stride(k, 0) == 0 && this->layout_.stride(k, 1) == 0;
    const int64_t rows = is_one ? 1 : place.rows, columns = is_one ? 1 : place.columns;
    tile.gradient = this->elements(tiling, place, k, gradient_, gradient_data_, rows, columns,
                                   workspace.elements[k], tile.gradient_row_stride);
    tile.gradient_column_stride = is_one ? 0 : 1;
    if (is_one) tile.gradient_row_stride = 0;
  }

  /// Where the kernel writes the gradient of an input: in place if it can, else in the workspace.
  void* target(const Tiling& tiling, const Tiling::Place& place, std::size_t input,
               Workspace<T>& workspace, Tile& tile) const {
    const bool is_value = input >= this->operation_.parameters;
    const auto [rows, columns] = this->extent(tiling, place, input);
    const bool is_dense =
        (stride(input, 0) == 1 || columns == 1) && (rows == 1 || stride(input, 1) == columns ||
                                                    (is_value && tiling.kind() != TileKind::kFlat));
    if (!is_summed_[input] && result_[input].scalar_type() == kDtype<T> && is_dense) {
      if (is_value) tile.value_gradient_row_stride = stride(input, 1);
      return address(place, input);
    }
    if (is_value) tile.value_gradient_row_stride = columns;
    return workspace.elements[operand_[input]];
  }

  void store_sums(int64_t chunks) {
    for (std::size_t i = 0; i < this->inputs_.size(); ++i) {
      if (!wanted_[i] || !is_summed_[i]) continue;
      const int64_t n = result_[i].numel();
      double* const total = sums_.data() + first_sum_[i];
      for (int64_t chunk = 1; chunk < chunks; ++chunk) {
        for (int64_t j = 0; j < n; ++j) total[j] += total[chunk * sums_size_ + j];
      }
      scatter(total, 1, n, result_[i].mutable_data_ptr(), result_[i].scalar_type(), n, 1);
    }
  }

  int64_t stride(std::size_t input, std::size_t dim) const {
    return this->layout_.stride(operand_[input], dim);
  }
  void* address(const Tiling::Place& place, std::size_t input) const {
    return static_cast<char*>(result_[input].mutable_data_ptr()) +
           place.offset(this->layout_, operand_[input]) * result_[input].element_size();
  }

  const Tensor& gradient_;
  Wanted wanted_;
  std::array<Tensor, kMaxInputs> result_;
  std::array<std::size_t, kMaxInputs> operand_;
  std::array<bool, kMaxInputs> is_summed_;
  std::array<int64_t, kMaxInputs> first_sum_;
  std::vector<double> sums_;
  int64_t sums_size_ = 0;
  Kernels::Run kernel_ = nullptr;
  const char* gradient_data_ = nullptr;
};

// --- Autograd -----------------------------------------------------------------------------------

/// The gradients of the composed path with respect to the inputs, or to the inputs expanded to
/// `shape`.
variable_list differentiated_path(const Operation& operation, Inputs inputs, int64_t summed,
                                  const Tensor& gradient, Wanted wanted,
                                  at::OptionalIntArrayRef shape = std::nullopt) {
  const auto composed = [&](Inputs own) { return sum_rightmost(operation.composed(own), summed); };
  return differentiated(composed, inputs, gradient, wanted, shape);
}

/// Whether a readable tensor has a NaN.
bool any_nan(const variable_list& tensors) {
  return std::any_of(tensors.begin(), tensors.end(), [](const Tensor& tensor) {
    return tensor.defined() && is_readable(tensor.resolve_neg()) &&
           tensor.detach().isnan().any().item<bool>();
  });
}

/// The gradients by differentiating the composed path. As in kernels, a term whose output gradient
/// is 0 adds 0, even if its slope is infinite.
variable_list composed_gradients(const Operation& operation, Inputs inputs, int64_t summed,
                                 const Tensor& gradient, Wanted wanted) {
  auto result = differentiated_path(operation, inputs, summed, gradient, wanted);
  if (!any_nan(result)) return result;
  at::DimVector shape(inputs[0]->sizes());
  for (const Tensor* input : inputs) shape = at::infer_size_dimvector(shape, input->sizes());
  Tensor is_zero = gradient == 0;
  for (int64_t i = 0; i < summed; ++i) is_zero = is_zero.unsqueeze(-1);
  if (!is_zero.any().item<bool>()) return result;
  const auto of_terms =
      differentiated_path(operation, inputs, summed, gradient, wanted, at::IntArrayRef(shape));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!of_terms[i].defined()) continue;
    const Tensor adds_nothing = is_zero.logical_and(of_terms[i].isfinite().logical_not());
    result[i] = at::sum_to(of_terms[i].masked_fill(adds_nothing, 0), inputs[i]->sizes());
  }
  return result;
}

/// `saved` holds the inputs.
struct OperationGradient {
  const Operation* operation;
  int64_t summed;
  at::DimVector shape;  // of the terms, before they are summed

  const std::string& name() const { return operation->name; }

  variable_list by_kernel(at::TensorList saved, const Tensor& gradient, Wanted wanted) const {
    const auto pass = kernels(wanted);
    if (pass == nullptr) return {};
    const auto inputs = pointers(saved);
    const Tensor of_terms = summed > 0 ? spread(gradient) : gradient;
    return reads_doubles(*operation, inputs, gradient.scalar_type())
               ? run<double>(pass, inputs, of_terms, wanted)
               : run<float>(pass, inputs, of_terms, wanted);
  }
  variable_list composed(at::TensorList saved, const Tensor& gradient, Wanted wanted) const {
    return composed_gradients(*operation, pointers(saved), summed, gradient, wanted);
  }

 private:
  using Pass = Kernels::Run (Kernels::*)[2][2];

  /// The kernels that compute the wanted gradients, or null if there are none.
  Pass kernels(Wanted wanted) const {
    const auto mask = static_cast<unsigned>(wanted.to_ulong());
    if ((mask & ~operation->typical) == 0) return &Kernels::backward_typical;
    return (mask & ~operation->all) == 0 ? &Kernels::backward_all : nullptr;
  }

  static c10::SmallVector<const Tensor*, kMaxInputs> pointers(at::TensorList tensors) {
    c10::SmallVector<const Tensor*, kMaxInputs> result;
    for (const Tensor& tensor : tensors) result.push_back(&tensor);
    return result;
  }

  template <class T>
  variable_list run(Pass pass, Inputs inputs, const Tensor& gradient, Wanted wanted) const {
    variable_list result(inputs.size());
    if (gradient.numel() == 0) {
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (wanted[i]) result[i] = at::zeros(inputs[i]->sizes(), inputs[i]->options());
      }
      return result;
    }
    Backward<T> backward(*operation, inputs, gradient, wanted);
    if (!backward.run(pass)) return {};
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (wanted[i]) result[i] = std::move(backward.result(i));
    }
    return result;
  }

  /// Expands the gradient of a sum to its terms.
  Tensor spread(const Tensor& gradient) const {
    at::DimVector strides(gradient.strides());
    strides.resize(shape.size(), 0);
    return gradient.as_strided(shape, strides);
  }
};

/// The value by a kernel, or undefined if there is none for these inputs.
Tensor by_kernel(const Operation& operation, Inputs inputs, int64_t summed, bool* is_finite) {
  bool same_shape = true;
  for (const Tensor* input : inputs) {
    if (!is_readable(*input)) return {};
    same_shape &= input->sizes() == inputs[0]->sizes();
  }
  const auto dtype = operation.result_in_double ? at::kDouble : result_dtype(inputs);
  at::DimVector shape(inputs[0]->sizes());
  if (!same_shape) {
    for (const Tensor* input : inputs) shape = at::infer_size_dimvector(shape, input->sizes());
  }
  const auto kept =
      at::IntArrayRef(shape).slice(0, shape.size() - static_cast<std::size_t>(summed));
  Tensor output = at::detail::empty_cpu(kept, dtype, /*pin_memory=*/false);
  if (c10::multiply_integers(shape) == 0) {
    output.zero_();  // empty sums
  } else {
    const auto run = [&]<class T>(T) {
      Forward<T> forward(operation, inputs, shape, output);
      if (!forward.run()) return false;
      if (is_finite != nullptr) *is_finite = forward.is_finite();
      return true;
    };
    if (!(reads_doubles(operation, inputs, dtype) ? run(double{}) : run(float{}))) return {};
  }
  if (requires_graph(inputs)) {
    record(output, inputs, /*saved=*/inputs, OperationGradient{&operation, summed, shape});
  }
  return output;
}

}  // namespace

Tensor evaluate(const Operation& operation, Inputs inputs, int64_t summed, bool* is_finite) {
  if (std::any_of(inputs.begin(), inputs.end(), [](const Tensor* t) { return t->is_neg(); })) {
    // Kernels read memory, so resolve lazy negations first.
    std::array<Tensor, kMaxInputs> resolved;
    c10::SmallVector<const Tensor*, kMaxInputs> pointers;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      resolved[i] = inputs[i]->resolve_neg();
      pointers.push_back(&resolved[i]);
    }
    return evaluate(operation, pointers, summed, is_finite);
  }
  return kernel_or_composed([&] { return by_kernel(operation, inputs, summed, is_finite); },
                            [&] { return sum_rightmost(operation.composed(inputs), summed); });
}

}  // namespace torch::distributions::ops::engine
