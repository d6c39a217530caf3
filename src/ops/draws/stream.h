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
  explicit Stream(const std::optional<Generator>& generator)
      : random_(at::get_generator_or_default<at::CPUGeneratorImpl>(
            generator, at::detail::getDefaultCPUGenerator())),
        lock_(random_->mutex_) {}

  double uniform() { return at::uniform_real_distribution<double>(0, 1)(random_); }
  double normal() { return at::normal_distribution<double>(0, 1)(random_); }

 private:
  at::CPUGeneratorImpl* random_;
  std::lock_guard<std::mutex> lock_;
};

}  // namespace torch::distributions::ops
