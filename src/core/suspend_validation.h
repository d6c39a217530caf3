#pragma once

namespace torch::distributions {

/// Keeps every distribution on this thread from validating, for as long as the guard lives.
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
