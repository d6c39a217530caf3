#pragma once

#include <torch/distributions/core/export.h>
#include <torch/distributions/core/sampler.h>

#include <torch/types.h>

#include <cstdint>

namespace torch::distributions {

/// A stream of random numbers that are a function of its seed, of their place and of their dtype
/// alone. They are the same on every device, for any number of threads and of processes.
///
/// A stream converts to `torch::Generator`. So every sampler takes it, and so do LibTorch's random
/// operations:
///
///     Philox random(7);
///     Tensor x = normal.sample({1000}, random);
///     Tensor y = torch::randn({3}, random);
///
/// The numbers of a draw depend on the stream, on how many draws were taken from it before, and on
/// the index of the element. docs/sampling.md describes them.
///
/// Copies share their state, as those of a `torch::Generator` do. Draws move a stream through a const
/// object, too. All methods are thread-safe.
class TORCH_DISTRIBUTIONS_API Philox {
 public:
  explicit Philox(uint64_t seed);
  // Without a move, which would leave a stream without a generator.
  Philox(const Philox&) = default;
  Philox& operator=(const Philox&) = default;
  ~Philox() = default;

  /// A generator that shares the state.
  operator Generator() const { return generator_; }  // NOLINT(google-explicit-constructor)

  /// The seed of this stream, or of the one that it was split from.
  uint64_t seed() const;

  /// The same stream with a state of its own, which begins where this one is.
  Philox clone() const;

  /// A stream that is independent of this one and of its other splits: for an environment, a worker
  /// or a purpose. It depends on this stream's seed and splits, but not on the draws taken from it,
  /// and begins with its first draw, each time: keep it, since another call with the same number
  /// would repeat its draws. This stream does not move.
  Philox split(uint64_t i) const;

  /// Part `i` of `k` of this stream, with a state of its own that begins where this one is. A draw
  /// of shape `[n, ...]` by the part equals the rows from `i n` to `(i + 1) n` of the draw of shape
  /// `[k n, ...]` by the whole. So each of k processes draws its own part of one sample. They must
  /// take the same draws in the same order, with the same shapes. A draw of shape `[]` is element `i`
  /// of the draw of shape `[k]`.
  ///
  /// A split of a part is the same part of the split. Part j of m of a part is part `i m + j` of
  /// `k m` of the whole. `torch::randperm`, and `torch::multinomial` without replacement, throw if
  /// there are several parts.
  /// \throws c10::ValueError unless 0 <= i < k < 2^32.
  Philox shard(int64_t i, int64_t k) const;

  /// The state, for a checkpoint: a tensor of bytes that holds the seed, the splits, the number of
  /// draws and the part.
  Tensor state() const;
  /// Replaces the seed, the splits, the number of draws and the part by those of a state. To continue
  /// with another number of processes, save the state of the whole and take `shard` after this.
  /// \throws c10::ValueError if the tensor is no such state; this one then stays as it is.
  void set_state(const Tensor& state);

 private:
  explicit Philox(Generator generator);

  Generator generator_;
};

}  // namespace torch::distributions
