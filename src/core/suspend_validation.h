#pragma once

namespace torch::distributions {

/// Turns validation off for all distributions on this thread during the lifetime of the guard.
class SuspendValidation {
 public:
  SuspendValidation();
  ~SuspendValidation();
  SuspendValidation(const SuspendValidation&) = delete;
  SuspendValidation& operator=(const SuspendValidation&) = delete;

 private:
  bool previous_;
};

}  // namespace torch::distributions
