#include <torch/distributions/core/sampler.h>

#include <atomic>

namespace torch::distributions {
namespace {

std::atomic<Sampler> of_all_threads{Sampler::kLibTorch};
thread_local std::optional<Sampler> on_this_thread;

}  // namespace

void set_default_sampler(Sampler sampler) noexcept {
  of_all_threads.store(sampler, std::memory_order_relaxed);
}

Sampler default_sampler() noexcept {
  return on_this_thread ? *on_this_thread : of_all_threads.load(std::memory_order_relaxed);
}

SamplerGuard::SamplerGuard(Sampler sampler) : previous_(on_this_thread) {
  on_this_thread = sampler;
}

SamplerGuard::~SamplerGuard() { on_this_thread = previous_; }

}  // namespace torch::distributions
