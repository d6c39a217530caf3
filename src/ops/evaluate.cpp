#include "ops/evaluate.h"

namespace torch::distributions::ops {

Evaluation::Evaluation(c10::ArrayRef<const at::Tensor*> inputs, bool in_double) {
  // Zero-dimensional tensors count like any other: a double parameter is not rounded to a float
  // value's dtype.
  auto dtype = at::ScalarType::Undefined;
  const at::Tensor* place = inputs.front();
  shape_ = inputs.front()->sizes();
  for (const at::Tensor* input : inputs) {
    if (input->is_floating_point()) {
      dtype = dtype == at::ScalarType::Undefined ? input->scalar_type()
                                                 : at::promote_types(dtype, input->scalar_type());
    }
    if ((input->dim() > 0 && place->dim() == 0) || (input->is_meta() && !place->is_meta()))
      place = input;
    if (input->sizes() != at::IntArrayRef(shape_)) {
      shape_ = at::infer_size_dimvector(shape_, input->sizes());
    }
  }
  if (dtype == at::ScalarType::Undefined) dtype = at::typeMetaToScalarType(at::get_default_dtype());
  result_ = place->options().dtype(dtype);
  const bool is_half = dtype == at::kHalf || dtype == at::kBFloat16;
  compute_ = in_double && (is_half || dtype == at::kFloat) ? at::kDouble
             : is_half                                     ? at::kFloat
                                                           : dtype;
}

Composed Evaluation::input(const at::Tensor& tensor) const {
  // LibTorch has meta kernels for few of the operations that formulas use. The shape of the result
  // is known without them, so a formula of meta tensors is evaluated on a number.
  if (tensor.is_meta()) return Composed(at::ones({}, compute_));
  return Composed(tensor.to(compute_));
}

at::Tensor Evaluation::result(const Composed& value) const {
  if (result_.device().is_meta()) return at::empty(shape_, result_);
  const at::Tensor tensor = value.tensor().to(result_.dtype());
  return tensor.sizes() == at::IntArrayRef(shape_) ? tensor : tensor.expand(shape_);
}

at::Tensor Evaluation::result(double value) const {
  if (result_.device().is_meta()) return at::empty(shape_, result_);
  return at::full(shape_, value, result_);
}

}  // namespace torch::distributions::ops
