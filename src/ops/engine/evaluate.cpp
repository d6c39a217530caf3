#include "ops/engine/evaluate.h"

#include "ops/tensor/dtypes.h"

namespace torch::distributions::ops {

Evaluation::Evaluation(c10::ArrayRef<const at::Tensor*> inputs, bool in_double,
                       bool result_in_double) {
  const at::Tensor* place = inputs.front();
  shape_ = inputs.front()->sizes();
  for (const at::Tensor* input : inputs) {
    if ((input->dim() > 0 && place->dim() == 0) || (input->is_meta() && !place->is_meta()))
      place = input;
    if (input->sizes() != at::IntArrayRef(shape_)) {
      shape_ = at::infer_size_dimvector(shape_, input->sizes());
    }
  }
  const at::ScalarType dtype = result_in_double ? at::kDouble : result_dtype(inputs);
  result_ = place->options().dtype(dtype);
  compute_ = compute_dtype(dtype, in_double);
}

TensorScalar Evaluation::input(const at::Tensor& tensor) const {
  // LibTorch has meta kernels for few of the operations that formulas use. The shape of the result
  // is known without them, so meta inputs are replaced by a number.
  if (tensor.is_meta()) return TensorScalar(at::ones({}, compute_));
  return TensorScalar(tensor.to(compute_));
}

at::Tensor Evaluation::result(const TensorScalar& value) const {
  if (result_.device().is_meta()) return at::empty(shape_, result_);
  const at::Tensor tensor = value.tensor().to(result_.dtype());
  return tensor.sizes() == at::IntArrayRef(shape_) ? tensor : tensor.expand(shape_);
}

internal::Numbers::Numbers(const at::Tensor& tensor) {
  const auto dtype = tensor.scalar_type();
  if (!may_use_kernels() || !is_readable(tensor) || (dtype != at::kDouble && dtype != at::kFloat)) {
    return;
  }
  is_one_ = true;
  for (int64_t dim = 0; dim < tensor.dim(); ++dim) {
    is_one_ = is_one_ && (tensor.size(dim) == 1 || tensor.stride(dim) == 0);
  }
  numel_ = tensor.numel();
  if (numel_ == 0 || !(is_one_ || tensor.is_contiguous())) return;
  data_ = tensor.const_data_ptr();
  is_double_ = dtype == at::kDouble;
}

at::Tensor Evaluation::result(double value) const {
  if (result_.device().is_meta()) return at::empty(shape_, result_);
  return at::full(shape_, value, result_);
}

}  // namespace torch::distributions::ops
