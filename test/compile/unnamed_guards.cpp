// Guards without a name end where they begin: the compiler warns of them.
#include <torch/distributions/core/sampler.h>
#include <torch/distributions/core/validate.h>

void unnamed() {
  torch::distributions::SamplerGuard{torch::distributions::Sampler::kPhilox};  // error: 'nodiscard'
  torch::distributions::ValidateArgsGuard{false};                              // error: 'nodiscard'
}
