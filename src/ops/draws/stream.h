#pragma once

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/DistributionsHelper.h>
#include <ATen/core/Generator.h>

#include <mutex>
#include <optional>

namespace torch::distributions::ops {

using at::Generator;

/// Draws numbers one by one from a CPU generator, and holds its lock.
class Stream {
 public:
  /// Whether this is a generator of LibTorch for the CPU, or none.
  static bool reads(const std::optional<Generator>& generator) {
    return !generator || !generator->defined() || generator->key_set().has(c10::DispatchKey::CPU);
  }
  /// Whether at::exponential_ takes its numbers from this stream. Builds of LibTorch with MKL take
  /// them from MKL, so this is tested.
  static bool has_exponentials();

  explicit Stream(const std::optional<Generator>& generator)
      : random_(at::get_generator_or_default<at::CPUGeneratorImpl>(
            generator, at::detail::getDefaultCPUGenerator())),
        lock_(random_->mutex_) {}

  /// In [0, 1). A float takes half as many bits of the stream as a double.
  template <class T = double>
  T uniform() {
    return at::uniform_real_distribution<T>(0, 1)(random_);
  }
  /// Of Exponential(1): only where `has_exponentials`.
  double exponential() { return at::exponential_distribution<double>(1)(random_); }
  double normal() { return at::normal_distribution<double>(0, 1)(random_); }

 private:
  at::CPUGeneratorImpl* random_;
  std::lock_guard<std::mutex> lock_;
};

}  // namespace torch::distributions::ops
