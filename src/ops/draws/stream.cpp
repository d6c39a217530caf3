#include "ops/draws/stream.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>

namespace torch::distributions::ops {

bool Stream::has_exponentials() {
  static const bool has = [] {
    constexpr int64_t kSome = 4;
    const at::Tensor theirs =
        at::empty({kSome}, at::kDouble).exponential_(1, at::detail::createCPUGenerator(1));
    Stream stream(at::detail::createCPUGenerator(1));
    return std::all_of(theirs.const_data_ptr<double>(), theirs.const_data_ptr<double>() + kSome,
                       [&](double each) { return std::abs(stream.exponential() - each) < 1e-12; });
  }();
  return has;
}

}  // namespace torch::distributions::ops
