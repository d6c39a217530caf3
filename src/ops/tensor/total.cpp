#include "ops/tensor/total.h"

#include <ATen/EmptyTensor.h>
#include <ATen/Functions.h>

#include <algorithm>
#include <utility>

#include "ops/tensor/kernel_or_composed.h"
#include "ops/tensor/parallel.h"
#include "ops/tensor/path.h"

namespace torch::distributions::ops {
namespace {

using at::Tensor;

/// The gradient is cast, then expanded as a view. Autograd would expand it, and copy it to cast.
struct TotalGradient {
  at::DimVector sizes;  // of the input
  at::ScalarType dtype;

  static const char* name() { return "Total"; }

  variable_list composed(at::TensorList, const Tensor& gradient, Wanted) const {
    return {gradient.to(dtype).expand(sizes)};
  }
};

}  // namespace

Tensor total(const Tensor& x) {
  // To sum floats in double, LibTorch would copy them to double.
  const bool is_direct =
      may_use_kernels() && is_readable(x) && x.scalar_type() == at::kFloat && x.is_contiguous();
  if (!is_direct) return x.to(at::kDouble).sum(-1, /*keepdim=*/true);
  at::DimVector shape(x.sizes());
  const int64_t columns = std::exchange(shape.back(), 1);
  const Tensor sums = at::detail::empty_cpu(shape, at::kDouble, /*pin_memory=*/false);
  const auto* const from = x.const_data_ptr<float>();
  auto* const to = sums.mutable_data_ptr<double>();
  constexpr int64_t kCheap = 4 * kGrain;  // a sum is cheaper than a kernel
  parallel_for(sums.numel(), kCheap / std::max<int64_t>(columns, 1),
               [&](int64_t begin, int64_t end) {
                 for (int64_t row = begin; row < end; ++row)
                   to[row] = total(from + row * columns, columns);
               });
  if (requires_graph({&x})) {
    record(sums, {&x}, /*saved=*/{}, TotalGradient{at::DimVector(x.sizes()), x.scalar_type()});
  }
  return sums;
}

}  // namespace torch::distributions::ops
