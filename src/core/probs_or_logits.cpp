#include <torch/distributions/core/probs_or_logits.h>

#include <ATen/OpMathType.h>

#include <limits>

namespace torch::distributions {

HasProbs::HasProbs(Kind kind, const char* class_name, const ProbsOrLogits& given) : kind_(kind) {
  require_exactly_one(class_name, {{"probs", &given.probs}, {"logits", &given.logits}});
}

Tensor HasProbs::probs() const {
  if (probs_.defined()) return probs_;
  return kind_ == Kind::kBinary ? logits_.sigmoid() : logits_.softmax(-1);
}

Tensor HasProbs::logits() const {
  if (logits_.defined()) return logits_;
  if (kind_ == Kind::kBinary) return probs_.log() - probs_.neg().log1p();
  // A masked category has a gradient of 0, not the infinite one of log.
  const Tensor impossible = probs_ == 0;
  return probs_.masked_fill(impossible, 1)
      .log()
      .masked_fill(impossible, -std::numeric_limits<double>::infinity());
}

void HasProbs::normalize() {
  if (probs_.defined()) {
    const Tensor wide = probs_.to(at::toOpMathType(probs_.scalar_type()));
    probs_ = (wide / wide.sum(-1, /*keepdim=*/true)).to(probs_.scalar_type());
  } else {
    // Not logits - logsumexp, which rounds at the size of the logits.
    logits_ = logits_.log_softmax(-1);
  }
}

}  // namespace torch::distributions
