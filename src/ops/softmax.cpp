#include "ops/softmax.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_log_softmax_backward_data.h>
#include <ATen/ops/_softmax_backward_data.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/saved_variable.h>

#include <string>

#include "ops/autograd_node.h"
#include "ops/engine/engine.h"
#include "ops/engine/rows.h"

namespace torch::distributions::ops {
namespace {

namespace autograd = torch::autograd;

using at::Tensor;
using engine::RowKernels;

struct Function {
  const char* name;
  RowKernels::Run (RowKernels::*forward)[2];
  RowKernels::Run (RowKernels::*backward)[2];
  Tensor (*composed)(const Tensor& x);
  Tensor (*composed_backward)(const Tensor& gradient, const Tensor& y);
};

constexpr Function kLogSoftmax{
    "LogSoftmax", &RowKernels::log_softmax, &RowKernels::log_softmax_backward,
    [](const Tensor& x) { return x.log_softmax(-1); },
    [](const Tensor& gradient, const Tensor& y) {
      return at::_log_softmax_backward_data(gradient, y, -1, y.scalar_type());
    }};
constexpr Function kSoftmax{"Softmax", &RowKernels::softmax, &RowKernels::softmax_backward,
                            [](const Tensor& x) { return x.softmax(-1); },
                            [](const Tensor& gradient, const Tensor& y) {
                              return at::_softmax_backward_data(gradient, y, -1, y.scalar_type());
                            }};

class Backward final : public autograd::Node {
 public:
  void save(const Function& function, const Tensor& y) {
    function_ = &function;
    y_ = autograd::SavedVariable(y, /*is_output=*/true);
  }

  autograd::variable_list apply(autograd::variable_list&& gradients) override {
    const Tensor& gradient = gradients[0];
    if (!gradient.defined()) return {Tensor()};
    const Tensor y = y_.unpack(getptr());
    if (!at::GradMode::is_enabled() && engine::has_row_kernel(y) && engine::is_readable(gradient)) {
      ++engine::calls().backward;
      return {engine::run_rows(function_->backward, gradient.contiguous(), y)};
    }
    ++engine::calls().composed;
    return {function_->composed_backward(gradient, y)};
  }

  void release_variables() override { y_.reset_data(); }

  std::string name() const override { return std::string(function_->name) + "Backward"; }

 private:
  const Function* function_ = nullptr;
  autograd::SavedVariable y_;
};

Tensor evaluate(const Function& function, const Tensor& x) {
  if (!engine::has_row_kernel(x)) {
    ++engine::calls().composed;
    return function.composed(x);
  }
  ++engine::calls().forward;
  Tensor y = engine::run_rows(function.forward, x);
  if (x.requires_grad() && at::GradMode::is_enabled()) {
    const auto node = make_node<Backward>();
    node->add_next_edge(autograd::impl::gradient_edge(x));
    autograd::set_history(y, node);
    node->save(function, y);
  }
  return y;
}

}  // namespace

Tensor log_softmax(const Tensor& x) { return evaluate(kLogSoftmax, x); }
Tensor softmax(const Tensor& x) { return evaluate(kSoftmax, x); }

}  // namespace torch::distributions::ops
