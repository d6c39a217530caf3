#include <torch/distributions/one_hot_categorical.h>

#include "kl/table.h"

namespace torch::distributions::kl {

Tensor divergence(const OneHotCategorical& p, const OneHotCategorical& q) {
  return divergence(p.categorical(), q.categorical());
}

}  // namespace torch::distributions::kl
