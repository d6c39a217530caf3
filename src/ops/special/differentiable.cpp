#include "ops/special/differentiable.h"

#include <ATen/ExpandUtils.h>
#include <ATen/OpMathType.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/grad_mode.h>
#include <ATen/native/TypeProperties.h>
#include <ATen/ops/_make_dual.h>
#include <ATen/ops/_unpack_dual.h>
#include <ATen/ops/empty.h>
#include <c10/core/DefaultDtype.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/saved_variable.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/raise.h"
#include "ops/autograd_node.h"

namespace torch::distributions::ops::special {
namespace {

namespace autograd = torch::autograd;

bool any_is_meta(TensorList args) {
  return std::any_of(args.begin(), args.end(), [](const Tensor& t) { return t.is_meta(); });
}

// Without data only the shape matters. LibTorch has no meta kernels for several of the operations
// that rules use.
Tensor meta_value(TensorList args) {
  at::DimVector shape;
  for (const auto& arg : args) shape = at::infer_size_dimvector(shape, arg.sizes());
  return at::empty(shape, args[0].options().device(at::kMeta));
}

Tensor partial_derivative(const Rule& rule, size_t i, TensorList args) {
  TORCH_DISTRIBUTIONS_CHECK(NotImplementedError, rule.partials[i] != nullptr, "the derivative of ",
                            rule.name, " with respect to argument ", i, " is not implemented");
  if (any_is_meta(args)) return meta_value(args);
  return rule.partials[i](args);
}

class RuleBackward final : public autograd::Node {
 public:
  autograd::variable_list apply(autograd::variable_list&& grads) override {
    const Tensor& grad = grads[0];
    autograd::variable_list result(args_.size());
    if (!grad.defined()) return result;
    std::vector<Tensor> args;
    for (const auto& arg : args_) args.push_back(arg.unpack());
    for (size_t i = 0; i < args.size(); ++i) {
      if (!task_should_compute_output(i)) continue;
      result[i] = at::sum_to(grad * partial_derivative(*rule_, i, args), args[i].sym_sizes());
    }
    return result;
  }

  void release_variables() override {
    for (auto& arg : args_) arg.reset_data();
  }

  std::string name() const override { return std::string(rule_->name) + "Backward"; }

  void save(const Rule& rule, const std::vector<Tensor>& args) {
    rule_ = &rule;
    for (const auto& arg : args) {
      args_.emplace_back(arg, /*is_output=*/false);
      add_next_edge(autograd::impl::gradient_edge(arg));
    }
  }

 private:
  const Rule* rule_ = nullptr;
  std::vector<autograd::SavedVariable> args_;
};

Tensor value_with_graph(const Rule& rule, const std::vector<Tensor>& args) {
  Tensor value;
  {
    at::AutoDispatchBelowAutograd below_autograd;
    value = any_is_meta(args) ? meta_value(args) : rule.value(args);
  }
  if (at::GradMode::is_enabled() && autograd::any_variable_requires_grad(args)) {
    const auto node = make_node<RuleBackward>();
    node->save(rule, args);
    autograd::set_history(value, node);
  }
  return value;
}

bool has_tangent(const Tensor& t) { return t._fw_grad(/*level=*/0).defined(); }

Tensor value_with_tangent(const Rule& rule, const std::vector<Tensor>& args) {
  std::vector<Tensor> primals, tangents;
  for (const auto& arg : args) {
    auto [primal, tangent] = at::_unpack_dual(arg, /*level=*/0);
    primals.push_back(std::move(primal));
    tangents.push_back(std::move(tangent));
  }
  const Tensor value = value_with_graph(rule, primals);
  Tensor tangent;
  for (size_t i = 0; i < args.size(); ++i) {
    if (!tangents[i].defined()) continue;
    const Tensor term = tangents[i] * partial_derivative(rule, i, primals);
    tangent = tangent.defined() ? tangent + term : term;
  }
  return at::_make_dual(value, tangent.expand_as(value).contiguous(), /*level=*/0);
}

// The dtype that an ATen operation would compute in.
at::ScalarType result_dtype(std::initializer_list<Tensor> args) {
  at::native::ResultTypeState state = {};
  for (const auto& arg : args) state = at::native::update_result_type_state(arg, state);
  const auto dtype = at::native::result_type(state);
  return at::isIntegralType(dtype, /*includeBool=*/true) ? c10::get_default_dtype_as_scalartype()
                                                         : dtype;
}

}  // namespace

Tensor differentiable(const Rule& rule, std::initializer_list<Tensor> args) {
  const auto dtype = result_dtype(args);
  TORCH_DISTRIBUTIONS_CHECK(TypeError, at::isFloatingType(dtype), rule.name, " is not defined for ",
                            dtype);
  const auto compute_dtype = at::toOpMathType(dtype);
  std::vector<Tensor> converted;
  bool forward_mode = false;
  for (const auto& arg : args) {
    converted.push_back(arg.to(compute_dtype));
    forward_mode = forward_mode || has_tangent(converted.back());
  }
  const Tensor value =
      forward_mode ? value_with_tangent(rule, converted) : value_with_graph(rule, converted);
  return value.to(dtype);
}

}  // namespace torch::distributions::ops::special
