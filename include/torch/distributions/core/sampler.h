#pragma once

#include <torch/distributions/core/export.h>

#include <optional>

namespace torch::distributions {

/// Where draws without a generator come from.
enum class Sampler : char {
  kLibTorch,  ///< The default generator of the device. On the CPU the numbers are Python's.
  /// A `Philox` stream for each call, whose seed is the next 64-bit number of the CPU's default
  /// generator. So `torch::manual_seed` decides the numbers, which are the same on every device.
  kPhilox
};

/// The sampler for every thread, outside any `SamplerGuard`; initially `kLibTorch`.
TORCH_DISTRIBUTIONS_API void set_default_sampler(Sampler sampler) noexcept;

/// The sampler on this thread: that of the innermost guard, else that of `set_default_sampler`.
TORCH_DISTRIBUTIONS_API Sampler default_sampler() noexcept;

/// Sets the sampler on this thread during the lifetime of the guard.
class TORCH_DISTRIBUTIONS_API SamplerGuard {
 public:
  [[nodiscard]] explicit SamplerGuard(Sampler sampler);
  ~SamplerGuard();
  SamplerGuard(const SamplerGuard&) = delete;
  SamplerGuard& operator=(const SamplerGuard&) = delete;

 private:
  std::optional<Sampler> previous_;
};

}  // namespace torch::distributions
