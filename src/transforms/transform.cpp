#include <torch/distributions/transforms/transform.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <c10/util/hash.h>

#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <ostream>
#include <sstream>
#include <utility>

#include <torch/distributions/constraints/dependent.h>

#include "constraints/points.h"
#include "constraints/scan.h"
#include "core/class_name.h"
#include "core/floating.h"
#include "core/kept.h"
#include "core/raise.h"
#include "transforms/inverse_transform.h"

namespace torch::distributions {
inline namespace transforms {

/// The last pair (x, y). Each tensor of the pair is the key to the other one.
class Transform::Cache {
 public:
  enum Side : std::size_t { kX, kY };

  /// The cached partner of `key`, or `compute()` if there is none.
  template <class Compute>
  Tensor partner(Side side, const Tensor& key, Compute compute) {
    const Side other = side == kX ? kY : kX;
    const std::optional<Pair> pair = find(side, key);
    if (pair) {
      const Tensor& kept = pair->tensors[other].tensor();
      if (!at::GradMode::is_enabled()) return kept;
      if (pair->with_graph) {
        if (pair->tensors[side].has_same_graph()) return kept;
      } else if (Tensor fresh = compute(); fresh.requires_grad() || kept.requires_grad()) {
        // The pair was made without a graph, and one is needed now.
        keep(side, key, fresh);
        return fresh;
      } else {
        return kept;
      }
    }
    Tensor fresh = compute();
    keep(side, key, fresh);
    return fresh;
  }

 private:
  struct Pair {
    std::array<core::KeptTensor, 2> tensors;  // x and y
    bool with_graph;                          // whether they were made in grad mode
  };

  std::optional<Pair> find(Side side, const Tensor& key) {
    const std::lock_guard lock(mutex_);
    if (!pair_ || !pair_->tensors[side].tensor().is_same(key)) return std::nullopt;
    for (const core::KeptTensor& tensor : pair_->tensors) {
      if (!tensor.is_unmodified()) return std::nullopt;
    }
    return pair_;
  }

  void keep(Side side, const Tensor& key, const Tensor& value) {
    const Tensor &x = side == kX ? key : value, &y = side == kX ? value : key;
    Pair pair{{core::KeptTensor(x), core::KeptTensor(y)}, at::GradMode::is_enabled()};
    core::replace(pair_, mutex_, std::optional<Pair>(std::move(pair)));
  }

  std::mutex mutex_;
  std::optional<Pair> pair_;
};

namespace {

/// A set without its infinite events, which are limits of every transform.
class FinitePart final : public Constraint {
 public:
  explicit FinitePart(ConstraintPtr set) : set_(std::move(set)) {}

  int64_t event_dim() const override { return set_->event_dim(); }
  Tensor check(const Tensor& value) const override {
    return set_->check(value).logical_and(any_rightmost(value.isinf(), event_dim()).logical_not());
  }
  std::optional<int64_t> first_violation(const Tensor& value) const override {
    const auto first = set_->first_violation(value);
    return finite.first_violation(value) ? Constraint::first_violation(value) : first;
  }
  void print(std::ostream& out) const override { set_->print(out); }

 private:
  ConstraintPtr set_;
};

std::uint64_t next_identity() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

Transform::Transform(int64_t cache_size) : identity_(next_identity()) {
  Transform::set_cache_size(cache_size);
}

void Transform::check_cache_size(int64_t cache_size) {
  TORCH_DISTRIBUTIONS_CHECK(ValueError, cache_size == 0 || cache_size == 1,
                            "cache_size must be 0 or 1, got ", cache_size);
}

void Transform::set_cache_size(int64_t cache_size) {
  check_cache_size(cache_size);
  cache_ = cache_size == 0 ? nullptr : std::make_shared<Cache>();
}

void Transform::change(const core::Change& /*change*/) {}

int64_t Transform::event_dim() const {
  const int64_t event_dim = domain()->event_dim();
  TORCH_DISTRIBUTIONS_CHECK(ValueError, event_dim == codomain()->event_dim(),
                            "Please use either .domain.event_dim or .codomain.event_dim");
  return event_dim;
}

Tensor Transform::sign() const { not_implemented("sign"); }

TransformPtr Transform::inv() const { return InverseTransform(TransformPtr(copy())); }

TransformPtr Transform::with_cache(int64_t cache_size) const {
  const std::shared_ptr<Transform> other = copy();
  if (cache_size != this->cache_size()) other->set_cache_size(cache_size);
  return TransformPtr(other);
}

TransformPtr Transform::changed(const core::Change& change) const {
  change.check(class_name(typeid(*this)).c_str());
  const std::shared_ptr<Transform> other = copy();
  if (!change.is_expand()) {
    if (other->cache_) other->cache_ = std::make_shared<Cache>();
    other->change(change);
  }
  return TransformPtr(other);
}

Tensor Transform::operator()(const Tensor& x) const {
  require_value("x", x);
  if (!cache_) return do_forward(x);
  return cache_->partner(Cache::kX, x, [&] { return do_forward(x); });
}

Tensor Transform::inverse(const Tensor& y) const {
  require_value("y", y);
  if (!cache_) return do_inverse(y);
  return cache_->partner(Cache::kY, y, [&] { return do_inverse(y); });
}

Transform::Preimage Transform::do_preimage(const Tensor& y, bool with_jacobian) const {
  const ConstraintPtr set = image(), of_x = domain();
  const auto found = [&](const Tensor& x, const Tensor& of, const Tensor& outside) -> Preimage {
    return {x, with_jacobian ? log_abs_det_jacobian(x, of) : Tensor(), outside};
  };
  if (y.is_meta()) return found(inverse(y), y, {});

  const int64_t y_dim = set->event_dim(), x_dim = of_x->event_dim();
  Tensor point;
  // Replaces events outside by the image of an inner point, where the gradient is finite. At a
  // limit it is infinite.
  const auto replaced = [&](const Tensor& outside) {
    if (!point.defined()) {
      const at::NoGradGuard no_grad;
      const std::vector<int64_t> shape = inverse_shape(y.sizes());
      const auto event = IntArrayRef(shape).slice(shape.size() - static_cast<std::size_t>(x_dim));
      const TensorOptions options = y.options().dtype(floating(y.scalar_type()));
      point = do_forward(inner_point(*of_x, event, options));
      // It may be a limit after rounding, as the cdf is far from the mean.
      const Tensor is_limit = any_rightmost(do_inverse(point).isinf(), x_dim);
      const auto events = y.sizes().slice(static_cast<std::size_t>(y.dim() - y_dim));
      point = at::where(with_event(is_limit, y_dim), inner_point(*set, events, options), point);
    }
    return at::where(with_event(outside, y_dim), point, y);
  };

  // If the image is the whole line, its limits are the infinities.
  const bool is_onto = is_real(*set);
  Tensor outside = violations(is_onto ? finite : *set, y);
  if (is_onto && outside.defined()) outside = any_rightmost(outside, y_dim);
  if (!constraints::scan::readable(y)) {
    // A cache has to be asked with y itself, not with a copy. Without a cache this x only serves to
    // find the limits and needs no graph.
    Tensor x = [&] {
      const at::AutoGradMode mode(at::GradMode::is_enabled() && cache_size() != 0);
      return inverse(y);
    }();
    const Tensor limits = any_rightmost(x.isinf(), x_dim);
    outside = either(outside, limits);
    const Tensor inside = replaced(outside);
    const Tensor again = inverse(inside);
    x = cache_size() == 0 ? again : at::where(with_event(outside, x_dim), again.detach(), x);
    return found(x, inside, outside);
  }
  Tensor inside = outside.defined() ? replaced(outside) : y;
  Tensor x = inverse(inside);
  const auto add_limits = [&](const Tensor& limits) {
    outside = either(outside, limits);
    inside = replaced(outside);
    x = inverse(inside);
  };
  if (finite.first_violation(x)) add_limits(any_rightmost(x.isinf(), x_dim));
  Preimage preimage = found(x, inside, outside);
  // The Jacobian is infinite at a limit whose inverse was rounded to a finite number.
  const Tensor& log_det = preimage.log_abs_det_jacobian;
  if (log_det.defined() && finite.first_violation(log_det)) {
    add_limits(log_det == std::numeric_limits<double>::infinity());
    preimage = found(x, inside, outside);
  }
  return preimage;
}

Tensor Transform::log_abs_det_jacobian(const Tensor& x, const Tensor& y) const {
  require_value("x", x);
  require_value("y", y);
  return do_log_abs_det_jacobian(x, y);
}

Tensor Transform::do_forward(const Tensor& /*x*/) const { not_implemented("operator()"); }

Tensor Transform::do_inverse(const Tensor& /*y*/) const { not_implemented("inv"); }

Tensor Transform::do_log_abs_det_jacobian(const Tensor& /*x*/, const Tensor& /*y*/) const {
  not_implemented("log_abs_det_jacobian");
}

void Transform::refuse_value(const char* argument, const Tensor& value) const {
  core::refuse_tensor(class_name(typeid(*this)).c_str(), argument, value);
}

bool Transform::do_equals(const Transform& other) const { return identity_ == other.identity_; }

void Transform::print(std::ostream& out) const { out << class_name(typeid(*this)) << "()"; }

void Transform::not_implemented(const char* method) const {
  raise<c10::NotImplementedError>(class_name(typeid(*this)), "::", method, " is not implemented");
}

/// The base may map infinity to a finite number, as PowerTransform does. `do_preimage` itself
/// treats infinity as a limit if the codomain is the line.
ConstraintPtr InverseTransform::image() const {
  const ConstraintPtr set = codomain();
  if (is_real(*set) || constraints::is_dependent(*set)) return set;
  return FinitePart(set);
}

void InverseTransform::print(std::ostream& out) const {
  out << "_InverseTransform(" << *base_ << ')';
}

bool operator==(const Transform& a, const Transform& b) {
  return &a == &b || (typeid(a) == typeid(b) && a.do_equals(b));
}

std::size_t hash_value(const Transform& transform) {
  return c10::hash_combine(typeid(transform).hash_code(), transform.do_hash());
}

std::ostream& operator<<(std::ostream& out, const Transform& transform) {
  transform.print(out);
  return out;
}

std::string format_as(const Transform& transform) {
  std::ostringstream out;
  out << transform;
  return std::move(out).str();
}

}  // namespace transforms
}  // namespace torch::distributions
