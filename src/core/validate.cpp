#include <torch/distributions/core/validate.h>

#include <torch/distributions/core/distribution.h>

#include <atomic>

#include "core/suspend_validation.h"

namespace torch::distributions {
namespace {

std::atomic<bool> default_on{true};
thread_local std::optional<bool> on_this_thread;
thread_local bool suspended = false;

}  // namespace

ValidateArgsGuard::ValidateArgsGuard(bool on) : previous_(on_this_thread) { on_this_thread = on; }

ValidateArgsGuard::~ValidateArgsGuard() { on_this_thread = previous_; }

SuspendValidation::SuspendValidation() : previous_(suspended) { suspended = true; }

SuspendValidation::~SuspendValidation() { suspended = previous_; }

bool core::validation_suspended() noexcept { return suspended; }

bool core::validate_args_in_force() noexcept {
  return on_this_thread.value_or(default_on.load(std::memory_order_relaxed));
}

void Distribution::set_default_validate_args(bool on) noexcept {
  default_on.store(on, std::memory_order_relaxed);
}

}  // namespace torch::distributions
