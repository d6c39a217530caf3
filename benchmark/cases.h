#pragma once

#include <ATen/core/Tensor.h>
#include <torch/distributions/core/validate.h>

#include <cstdint>
#include <functional>
#include <string>

#include "families.h"

namespace bench {

/// Names one measurement, as `Normal/log_prob/ours/float/full/4096/1`: family, operation,
/// implementation, dtype, layout, number of elements, threads. benchmark/run.py lists what each may
/// be.
struct Key {
  std::string family, operation, implementation, dtype, layout;
  int64_t elements;
  int threads;

  /// \throws std::invalid_argument
  static Key parse(const std::string& text);
};

/// One measurement made ready, inputs and all; as long as it lives, its validation and number of
/// threads are in force.
class Case {
 public:
  explicit Case(const Key& key);

  /// Whether anything is there to measure: no formula was composed for some operations.
  explicit operator bool() const { return static_cast<bool>(run_); }

  Tensor run() const { return run_(); }

 private:
  dist::ValidateArgsGuard validation_;
  std::function<Tensor()> run_;
};

}  // namespace bench
