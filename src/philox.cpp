#include <torch/distributions/philox.h>

#include <utility>

#include "ops/random/generator.h"

namespace torch::distributions {
namespace {

using ops::random::Stream;
using ops::random::StreamGenerator;

Generator made(const Stream& stream) { return at::make_generator<StreamGenerator>(stream); }

Stream stream_of(const Generator& generator) { return generator.get<StreamGenerator>()->stream(); }

}  // namespace

Philox::Philox(uint64_t seed) : Philox(made(Stream::of_seed(seed))) {}

Philox::Philox(Generator generator) : generator_(std::move(generator)) {}

uint64_t Philox::seed() const { return stream_of(generator_).seed; }

Philox Philox::clone() const { return Philox(made(stream_of(generator_))); }

Philox Philox::split(uint64_t i) const { return Philox(made(stream_of(generator_).split(i))); }

Philox Philox::shard(int64_t i, int64_t k) const {
  return Philox(made(stream_of(generator_).part(i, k)));
}

Tensor Philox::state() const { return stream_of(generator_).bytes(); }

void Philox::set_state(const Tensor& state) {
  generator_.get<StreamGenerator>()->set_stream(Stream::of_bytes(state));
}

}  // namespace torch::distributions
