#include <torch/distributions/core/change.h>

#include <algorithm>

#include <torch/distributions/core/repr.h>

#include "core/floating.h"
#include "core/raise.h"
#include "core/shape.h"

namespace torch::distributions::core {

Change Change::expand(IntArrayRef batch_shape) {
  Change change(Kind::kExpand);
  change.batch_shape_ = batch_shape;
  return change;
}

Change Change::to(const TensorOptions& options) {
  Change change(Kind::kTo);
  change.options_ = options;
  return change;
}

void Change::check(const char* class_name) const {
  if (kind_ != Kind::kTo) return;
  const auto dtype = at::typeMetaToScalarType(options_.dtype());
  TORCH_DISTRIBUTIONS_CHECK(TypeError, !converts() || is_floating(dtype), class_name,
                            "::to: `dtype` must be Double, Float, Half or BFloat16, got ", dtype);
  TORCH_DISTRIBUTIONS_CHECK(ValueError, !options_.requires_grad_opt().value_or(false), class_name,
                            "::to: `options` must not ask for requires_grad, since the copy's "
                            "parameters are no leaves. Construct it from parameters that have it");
}

Change Change::detach() { return Change(Kind::kDetach); }

Change Change::within(IntArrayRef kept) const {
  Change change(*this);
  change.batch_shape_.append(kept.begin(), kept.end());
  return change;
}

Tensor Change::operator()(const Tensor& tensor, int64_t event_dim) const {
  switch (kind_) {
    case Kind::kDetach:
      return tensor.detach();
    case Kind::kTo:
      // Integers and bools keep their dtype, because it is not the precision of the computation.
      return tensor.to(tensor.is_floating_point() || !options_.has_dtype()
                           ? options_
                           : options_.dtype(tensor.scalar_type()));
    case Kind::kExpand:
      break;
  }
  at::DimVector shape(batch_shape_);
  const auto own = tensor.sizes();
  const auto trailing = std::min(event_dim, tensor.dim());
  shape.append(own.end() - trailing, own.end());
  if (own == IntArrayRef(shape)) return tensor;
  TORCH_DISTRIBUTIONS_CHECK(ValueError, expands_to(own, shape), "expand: a parameter of shape ",
                            repr(own), " does not expand to ", repr(IntArrayRef(shape)));
  return tensor.expand(shape);
}

at::DimVector Change::batch_shape(IntArrayRef old) const {
  return kind_ == Kind::kExpand ? batch_shape_ : at::DimVector(old);
}

}  // namespace torch::distributions::core
