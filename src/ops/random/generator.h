#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <mutex>
#include <optional>

#include "ops/random/draw.h"

/// Philox streams as generators of LibTorch.
namespace torch::distributions::ops::random {

using at::Generator;
using at::Tensor;

/// All that decides the draws of a stream. docs/sampling.md says how the key is derived.
struct Stream {
  static Stream of_seed(std::uint64_t seed);
  /// \throws c10::ValueError if the tensor was not written by `bytes`.
  static Stream of_bytes(const Tensor& bytes);

  Stream split(std::uint64_t i) const;
  /// \throws c10::ValueError unless 0 <= i < k and there are less than 2^32 parts.
  Stream part(std::int64_t i, std::int64_t k) const;
  Tensor bytes() const;

  std::uint64_t seed = 0;
  std::uint64_t key = 0;
  std::uint64_t number = 0;  ///< of draws so far, modulo 2^63
  std::uint32_t shard = 0, shards = 1;
};

/// A stream with the dispatch key of generators that are not LibTorch's. LibTorch's random operations
/// reach the kernels of library.h by it. The device is meta: if one of LibTorch's own kernels is
/// reached after all, as by a boxed call, it refuses the generator, as it belongs to another device.
class StreamGenerator final : public c10::GeneratorImpl {
 public:
  explicit StreamGenerator(const Stream& stream);

  Stream stream() const;
  void set_stream(const Stream& stream);
  /// Takes a draw of this many elements.
  /// \throws c10::ValueError, and takes none, if all parts together have more than 2^48 (words.h).
  Draw next(std::int64_t elements);

  void set_current_seed(std::uint64_t seed) override;
  std::uint64_t current_seed() const override { return stream().seed; }
  /// Starts from a seed that is not predictable, and returns it.
  std::uint64_t seed() override;
  /// The offset is the number of draws.
  void set_offset(std::uint64_t offset) override;
  std::uint64_t get_offset() const override { return stream().number; }
  void set_state(const c10::TensorImpl& state) override;
  c10::intrusive_ptr<c10::TensorImpl> get_state() const override;

 private:
  StreamGenerator* clone_impl() const override;

  // Not `mutex_`, which callers of LibTorch hold while they call these methods.
  mutable std::mutex guard_;
  Stream stream_;
};

/// The stream behind a generator; null if there is no generator or it is of another class.
StreamGenerator* stream_behind(const std::optional<Generator>& generator);

/// Takes one draw of this many elements from the stream behind a generator, if there is one.
std::optional<Draw> next_draw(const std::optional<Generator>& generator, std::int64_t elements);

/// A stream whose seed is the next number of the CPU's default generator.
Generator seeded_by_default_generator();

}  // namespace torch::distributions::ops::random
