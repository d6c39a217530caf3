#include "ops/random/generator.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/empty.h>
#include <torch/distributions/core/repr.h>

#include <array>
#include <limits>
#include <string>

#include "core/raise.h"
#include "ops/random/library.h"
#include "ops/random/philox.h"

namespace torch::distributions::ops::random {
namespace {

/// Draws have numbers below this one. The blocks of larger numbers make keys.
constexpr std::uint64_t kNumbers = std::uint64_t{1} << 63;

/// What a key is made of.
enum class Of : std::uint64_t { kSeed = kNumbers, kSplit };

/// The first 64 bits of a Philox block, whose counter is `x` and then the domain.
std::uint64_t derived(std::uint64_t key, Of domain, std::uint64_t x) {
  const auto low = [](std::uint64_t word) { return static_cast<std::uint32_t>(word); };
  const auto high = [](std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); };
  const auto number = static_cast<std::uint64_t>(domain);
  const auto words =
      philox_block({low(x), high(x), low(number), high(number)}, {low(key), high(key)});
  return words[0] | std::uint64_t{words[1]} << 32;
}

/// The bytes of a state are these words, least byte first. The first one is the text "Philox", and
/// the version of the format.
using Words = std::array<std::uint64_t, 5>;
constexpr std::uint64_t kText = 0x786f'6c69'6850, kVersion = 1;
constexpr int kBitsOfText = 48;
constexpr int kBitsOfByte = 8;
constexpr auto kBytes = static_cast<std::int64_t>(sizeof(Words));

std::string described(const Tensor& tensor) {
  if (!tensor.defined()) return "an undefined tensor";
  return c10::str("a tensor of the dtype ", tensor.scalar_type(), " and the layout ",
                  tensor.layout(), " on the device ", tensor.device());
}

}  // namespace

Stream Stream::of_seed(std::uint64_t seed) {
  return {.seed = seed, .key = derived(0, Of::kSeed, seed)};
}

Stream Stream::split(std::uint64_t i) const {
  Stream other = *this;
  other.key = derived(key, Of::kSplit, i);
  other.number = 0;
  return other;
}

Stream Stream::part(std::int64_t i, std::int64_t k) const {
  TORCH_DISTRIBUTIONS_CHECK(ValueError, 0 <= i && i < k,
                            "Philox::shard: needs 0 <= i < k, got i = ", i, " and k = ", k);
  constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
  TORCH_DISTRIBUTIONS_CHECK(ValueError, k <= kMost / std::int64_t{shards},
                            "Philox::shard: at most 2^32 - 1 parts are possible, got ", k, " parts",
                            shards == 1 ? "" : c10::str(" of each of ", shards, " parts"));
  Stream other = *this;
  other.shard = static_cast<std::uint32_t>(shard * k + i);
  other.shards = static_cast<std::uint32_t>(shards * k);
  return other;
}

Tensor Stream::bytes() const {
  const Words words{kText | kVersion << kBitsOfText, seed, key, number,
                    shard | std::uint64_t{shards} << 32};
  Tensor bytes = at::empty({kBytes}, at::kByte);
  auto* to = bytes.mutable_data_ptr<std::uint8_t>();
  for (const std::uint64_t word : words) {
    for (int bit = 0; bit < 64; bit += kBitsOfByte) *to++ = static_cast<std::uint8_t>(word >> bit);
  }
  return bytes;
}

Stream Stream::of_bytes(const Tensor& bytes) {
  TORCH_DISTRIBUTIONS_CHECK(ValueError,
                            bytes.defined() && bytes.layout() == at::kStrided && bytes.is_cpu() &&
                                bytes.scalar_type() == at::kByte,
                            "Philox::set_state: needs a tensor of bytes on the CPU, got ",
                            described(bytes));
  TORCH_DISTRIBUTIONS_CHECK(ValueError, bytes.dim() == 1 && bytes.numel() == kBytes,
                            "Philox::set_state: needs ", kBytes, " bytes, got shape ",
                            core::repr(bytes.sizes()));
  const Tensor dense = bytes.contiguous();
  const auto* from = dense.const_data_ptr<std::uint8_t>();
  Words words{};
  for (std::uint64_t& word : words) {
    for (int bit = 0; bit < 64; bit += kBitsOfByte) word |= std::uint64_t{*from++} << bit;
  }
  const bool has_text = (words[0] ^ kText) << (64 - kBitsOfText) == 0;
  const std::uint64_t version = words[0] >> kBitsOfText;
  TORCH_DISTRIBUTIONS_CHECK(ValueError, !has_text || version == kVersion,
                            "Philox::set_state: this state has the version ", version,
                            " of the format, but version ", kVersion, " is needed");
  const Stream stream{.seed = words[1],
                      .key = words[2],
                      .number = words[3],
                      .shard = static_cast<std::uint32_t>(words[4]),
                      .shards = static_cast<std::uint32_t>(words[4] >> 32)};
  TORCH_DISTRIBUTIONS_CHECK(ValueError,
                            has_text && stream.number < kNumbers && stream.shard < stream.shards,
                            "Philox::set_state: these bytes are no state of a Philox stream");
  return stream;
}

StreamGenerator::StreamGenerator(const Stream& stream)
    : GeneratorImpl(at::kMeta, c10::DispatchKeySet(c10::DispatchKey::CustomRNGKeyId)),
      stream_(stream) {
  register_kernels();
}

Stream StreamGenerator::stream() const {
  const std::lock_guard<std::mutex> lock(guard_);
  return stream_;
}

void StreamGenerator::set_stream(const Stream& stream) {
  const std::lock_guard<std::mutex> lock(guard_);
  stream_ = stream;
}

Draw StreamGenerator::next(std::int64_t elements) {
  constexpr std::int64_t kMost = std::int64_t{1} << 48;
  const std::lock_guard<std::mutex> lock(guard_);
  TORCH_DISTRIBUTIONS_CHECK(ValueError, elements <= kMost / std::int64_t{stream_.shards},
                            "Philox: all parts of a draw together have at most 2^48 elements, got ",
                            elements, " elements for part ", stream_.shard, " of ", stream_.shards);
  const Draw draw{.key = stream_.key, .number = stream_.number, .shard = stream_.shard};
  stream_.number = (stream_.number + 1) % kNumbers;
  return draw;
}

void StreamGenerator::set_current_seed(std::uint64_t seed) {
  const std::lock_guard<std::mutex> lock(guard_);
  const Stream start = Stream::of_seed(seed);
  stream_ = {.seed = seed,
             .key = start.key,
             .number = 0,
             .shard = stream_.shard,
             .shards = stream_.shards};
}

std::uint64_t StreamGenerator::seed() {
  const std::uint64_t seed = c10::detail::getNonDeterministicRandom();
  set_current_seed(seed);
  return seed;
}

void StreamGenerator::set_offset(std::uint64_t offset) {
  TORCH_DISTRIBUTIONS_CHECK(
      ValueError, offset < kNumbers,
      "Philox: an offset, which is a number of draws, must be below 2^63, got ", offset);
  const std::lock_guard<std::mutex> lock(guard_);
  stream_.number = offset;
}

void StreamGenerator::set_state(const c10::TensorImpl& state) {
  // A handle to the tensor needs its non-const type, and does not change it.
  auto* const tensor =
      const_cast<c10::TensorImpl*>(&state);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  set_stream(Stream::of_bytes(
      Tensor(c10::intrusive_ptr<c10::TensorImpl, at::UndefinedTensorImpl>::reclaim_copy(tensor))));
}

c10::intrusive_ptr<c10::TensorImpl> StreamGenerator::get_state() const {
  return stream().bytes().getIntrusivePtr();
}

StreamGenerator* StreamGenerator::clone_impl() const { return new StreamGenerator(stream()); }

StreamGenerator* stream_behind(const std::optional<Generator>& generator) {
  return generator && generator->defined()
             ? dynamic_cast<StreamGenerator*>(generator->unsafeGetGeneratorImpl())
             : nullptr;
}

std::optional<Draw> next_draw(const std::optional<Generator>& generator, std::int64_t elements) {
  StreamGenerator* const stream = stream_behind(generator);
  return stream ? std::optional(stream->next(elements)) : std::nullopt;
}

Generator seeded_by_default_generator() {
  auto* const source =
      at::check_generator<at::CPUGeneratorImpl>(at::detail::getDefaultCPUGenerator());
  std::uint64_t seed = 0;
  {
    const std::lock_guard<std::mutex> lock(source->mutex_);
    seed = source->random64();
  }
  return at::make_generator<StreamGenerator>(Stream::of_seed(seed));
}

}  // namespace torch::distributions::ops::random
