#pragma once

#include <cstdint>

namespace torch::distributions::ops::random {

/// One draw of a Philox stream: an operation that fills a tensor with random numbers. The numbers
/// are a function of these members and of the index of an element, and of nothing else.
struct Draw {
  std::uint64_t key = 0;     ///< Of the stream: a function of its seed and of the splits.
  std::uint64_t number = 0;  ///< Of draws of the stream before this one.
  std::uint32_t shard = 0;   ///< Element 0 of a tensor of n elements is element shard * n.
};

}  // namespace torch::distributions::ops::random
