#include <torch/distributions/core/sampler.h>

#include <atomic>

namespace torch::distributions {
namespace {

std::atomic<Sampler> default_of_all_threads{Sampler::kLibTorch};
thread_local std::optional<Sampler> default_of_this_thread;

}  // namespace

void set_default_sampler(Sampler sampler) noexcept {
  default_of_all_threads.store(sampler, std::memory_order_relaxed);
}

Sampler default_sampler() noexcept {
  return default_of_this_thread ? *default_of_this_thread
                                : default_of_all_threads.load(std::memory_order_relaxed);
}

SamplerGuard::SamplerGuard(Sampler sampler) : previous_(default_of_this_thread) {
  default_of_this_thread = sampler;
}

SamplerGuard::~SamplerGuard() { default_of_this_thread = previous_; }

}  // namespace torch::distributions
