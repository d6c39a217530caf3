#include "ops/tensor/total.h"

#include <ATen/EmptyTensor.h>
#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>

#include <algorithm>
#include <string>
#include <utility>

#include "ops/tensor/autograd_node.h"
#include "ops/tensor/parallel.h"
#include "ops/tensor/path.h"

namespace torch::distributions::ops {
namespace {

using at::Tensor;

/// A view, where autograd's own node would make a copy for the cast.
class TotalBackward final : public torch::autograd::Node {
 public:
  void save(const Tensor& x) {
    sizes_ = x.sizes();
    dtype_ = x.scalar_type();
    add_next_edge(torch::autograd::impl::gradient_edge(x));
  }
  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
    const Tensor& gradient = gradients[0];
    return {gradient.defined() ? gradient.to(dtype_).expand(sizes_) : Tensor()};
  }
  std::string name() const override { return "TotalBackward"; }

 private:
  at::DimVector sizes_;
  at::ScalarType dtype_ = at::kFloat;
};

}  // namespace

Tensor total(const Tensor& x) {
  // LibTorch sums floats in double by a copy of them all.
  const bool is_direct =
      may_use_kernels() && is_readable(x) && x.scalar_type() == at::kFloat && x.is_contiguous();
  if (!is_direct) return x.to(at::kDouble).sum(-1, /*keepdim=*/true);
  at::DimVector shape(x.sizes());
  const int64_t columns = std::exchange(shape.back(), 1);
  const Tensor sums = at::detail::empty_cpu(shape, at::kDouble, /*pin_memory=*/false);
  const auto* const from = x.const_data_ptr<float>();
  auto* const to = sums.mutable_data_ptr<double>();
  constexpr int64_t kCheap = 4 * kGrain;  // a sum is less work than a kernel
  parallel_for(sums.numel(), kCheap / std::max<int64_t>(columns, 1),
               [&](int64_t begin, int64_t end) {
                 for (int64_t row = begin; row < end; ++row)
                   to[row] = total(from + row * columns, columns);
               });
  if (x.requires_grad() && at::GradMode::is_enabled()) {
    const auto node = make_node<TotalBackward>();
    node->save(x);
    torch::autograd::set_history(sums, node);
  }
  return sums;
}

}  // namespace torch::distributions::ops
