#pragma once

#include <ATen/core/Tensor.h>
#include <torch/distributions/core/validate.h>

#include <cstdint>
#include <functional>
#include <string>

#include "families.h"

namespace bench {

/// The name of a measurement, such as `Normal/log_prob/ours/float/full/4096/1`: family, operation,
/// implementation, dtype, layout, number of elements, threads. benchmark/run.py lists the values of
/// each part.
struct Key {
  std::string family, operation, implementation, dtype, layout;
  int64_t elements;
  int threads;

  /// \throws std::invalid_argument if the text is not a key.
  static Key parse(const std::string& text);
};

/// A measurement that is ready to run, with its inputs. It sets the number of threads and, until it
/// is destroyed, whether distributions validate.
class Case {
 public:
  explicit Case(const Key& key);

  /// False if the operation has no composed formula.
  explicit operator bool() const { return static_cast<bool>(run_); }

  Tensor run() const { return run_(); }

 private:
  dist::ValidateArgsGuard validation_;
  std::function<Tensor()> run_;
};

}  // namespace bench
