#include "random_calls/experiment.h"

#include "random_calls/values.h"

namespace torch::distributions::random_calls {

Experiment experiment(uint64_t seed) {
  const double kind = Random(~seed).between(0, 1);
  if (kind < 0.75) return distribution_experiment(seed);
  return kind < 0.9 ? transform_experiment(seed) : constraint_experiment(seed);
}

}  // namespace torch::distributions::random_calls
