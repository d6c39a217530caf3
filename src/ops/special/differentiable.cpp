#include "ops/special/differentiable.h"

#include <ATen/ExpandUtils.h>
#include <ATen/OpMathType.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/native/TypeProperties.h>
#include <ATen/ops/_make_dual.h>
#include <ATen/ops/_unpack_dual.h>
#include <ATen/ops/empty.h>
#include <c10/core/DefaultDtype.h>
#include <c10/util/SmallVector.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/raise.h"
#include "ops/tensor/kernel_or_composed.h"

namespace torch::distributions::ops::special {
namespace {

bool any_is_meta(TensorList args) {
  return std::any_of(args.begin(), args.end(), [](const Tensor& t) { return t.is_meta(); });
}

// Computes only the shape: several operations that the functions use have no meta kernels in
// LibTorch.
Tensor meta_value(TensorList args) {
  at::DimVector shape;
  for (const auto& arg : args) shape = at::infer_size_dimvector(shape, arg.sizes());
  return at::empty(shape, args[0].options().device(at::kMeta));
}

Tensor partial_derivative(const TensorFunction& function, size_t i, TensorList args) {
  TORCH_DISTRIBUTIONS_CHECK(NotImplementedError, function.partials[i] != nullptr,
                            "the derivative of ", function.name, " with respect to argument ", i,
                            " is not implemented");
  if (any_is_meta(args)) return meta_value(args);
  return function.partials[i](args);
}

struct FunctionGradient {
  const TensorFunction* function;

  const char* name() const { return function->name; }

  variable_list composed(TensorList args, const Tensor& gradient, Wanted wanted) const {
    variable_list result(args.size());
    for (size_t i = 0; i < args.size(); ++i) {
      if (!wanted[i]) continue;
      const Tensor partial = partial_derivative(*function, i, args);
      if (partial.defined()) result[i] = at::sum_to(gradient * partial, args[i].sym_sizes());
    }
    return result;
  }
};

Tensor value_with_graph(const TensorFunction& function, const std::vector<Tensor>& args) {
  Tensor value;
  {
    const at::AutoDispatchBelowAutograd below_autograd;
    const at::NoGradGuard no_grad;  // `value` may call functions that record nodes
    value = any_is_meta(args) ? meta_value(args) : function.value(args);
  }
  c10::SmallVector<const Tensor*, 3> inputs;
  for (const auto& arg : args) inputs.push_back(&arg);
  if (requires_graph(inputs)) record(value, inputs, /*saved=*/inputs, FunctionGradient{&function});
  return value;
}

bool has_tangent(const Tensor& t) { return t._fw_grad(/*level=*/0).defined(); }

Tensor value_with_tangent(const TensorFunction& function, const std::vector<Tensor>& args) {
  std::vector<Tensor> primals, tangents;
  for (const auto& arg : args) {
    auto [primal, tangent] = at::_unpack_dual(arg, /*level=*/0);
    primals.push_back(std::move(primal));
    tangents.push_back(std::move(tangent));
  }
  const Tensor value = value_with_graph(function, primals);
  Tensor tangent;
  for (size_t i = 0; i < args.size(); ++i) {
    if (!tangents[i].defined()) continue;
    const Tensor partial = partial_derivative(function, i, primals);
    if (!partial.defined()) continue;
    const Tensor term = tangents[i] * partial;
    tangent = tangent.defined() ? tangent + term : term;
  }
  if (!tangent.defined()) return value;
  return at::_make_dual(value, tangent.expand_as(value).contiguous(), /*level=*/0);
}

// The dtype in which an ATen operation would compute.
at::ScalarType promoted_dtype(std::initializer_list<Tensor> args) {
  at::native::ResultTypeState state = {};
  for (const auto& arg : args) state = at::native::update_result_type_state(arg, state);
  const auto dtype = at::native::result_type(state);
  return at::isIntegralType(dtype, /*includeBool=*/true) ? c10::get_default_dtype_as_scalartype()
                                                         : dtype;
}

}  // namespace

Tensor differentiable(const TensorFunction& function, std::initializer_list<Tensor> args) {
  const auto dtype = promoted_dtype(args);
  TORCH_DISTRIBUTIONS_CHECK(TypeError, at::isFloatingType(dtype), function.name,
                            " is not defined for ", dtype);
  const auto compute_dtype = at::toOpMathType(dtype);
  std::vector<Tensor> converted;
  bool forward_mode = false;
  for (const auto& arg : args) {
    converted.push_back(arg.to(compute_dtype));
    forward_mode = forward_mode || has_tangent(converted.back());
  }
  const Tensor value = forward_mode ? value_with_tangent(function, converted)
                                    : value_with_graph(function, converted);
  return value.to(dtype);
}

}  // namespace torch::distributions::ops::special
