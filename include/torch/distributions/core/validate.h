#pragma once

#include <torch/distributions/core/export.h>

#include <concepts>
#include <optional>

namespace torch::distributions {

/// The argument `validate_args`: true, false or, by default, the setting in force at each call.
class Validate {
 public:
  Validate() = default;
  // Only a bool converts, so that a misplaced numeric parameter is a compile-time error.
  template <std::same_as<bool> Bool>
  Validate(Bool on)
      : state_(on ? State::kOn : State::kOff) {}  // NOLINT(google-explicit-constructor)

  std::optional<bool> value() const noexcept {
    return state_ == State::kDefault ? std::nullopt : std::optional<bool>(state_ == State::kOn);
  }

 private:
  enum class State : char { kDefault, kOn, kOff };
  State state_ = State::kDefault;
};

/// Turns validation on or off on this thread during the lifetime of the guard, for every
/// distribution without a `validate_args` of its own.
class TORCH_DISTRIBUTIONS_API ValidateArgsGuard {
 public:
  [[nodiscard]] explicit ValidateArgsGuard(bool on);
  ~ValidateArgsGuard();
  ValidateArgsGuard(const ValidateArgsGuard&) = delete;
  ValidateArgsGuard& operator=(const ValidateArgsGuard&) = delete;

 private:
  std::optional<bool> previous_;
};

namespace core {

/// Whether this thread evaluates a part of a composite that validates values as a whole. The part
/// then does not validate, whatever its own `validate_args`.
TORCH_DISTRIBUTIONS_API bool validation_suspended() noexcept;

/// The default for validation on this thread: that of the innermost guard, else that of
/// `Distribution::set_default_validate_args`, which is initially on.
TORCH_DISTRIBUTIONS_API bool validate_args_in_force() noexcept;

}  // namespace core

}  // namespace torch::distributions
