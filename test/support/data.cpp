#include "support/data.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <stdexcept>

#include "support/families.h"
#include "support/test_dir.h"

namespace torch::distributions::test {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

/// Adds the entries of "common", which most cases of a file share, to each case.
void complete(json& file) {
  const json& common = file.at("common");
  for (json& golden : file.at("cases")) {
    for (const auto& [key, value] : common.items()) {
      if (!golden.contains(key)) {
        golden[key] = value;
      } else if (key == "points" || key == "methods") {
        for (const auto& [name, entry] : value.items()) {
          if (!golden[key].contains(name)) golden[key][name] = entry;
        }
      }
    }
  }
}

struct File {
  json content;
  std::vector<std::string> parameters = {};  // in the order of the file, which `json` does not keep
};

/// The files of test/data by name. They are read once and kept, since cases point into them.
const std::map<std::string, File>& files() {
  static const auto all = [] {
    std::map<std::string, File> read;
    for (const auto& entry : fs::directory_iterator(test_dir() / "data")) {
      if (entry.path().extension() != ".json") continue;
      std::ifstream in(entry.path());
      const auto ordered = nlohmann::ordered_json::parse(in);
      File& file = read[entry.path().stem().string()] = {.content = ordered};
      complete(file.content);
      for (const auto& parameter : ordered.at("parameters").items())
        file.parameters.push_back(parameter.key());
    }
    if (read.empty()) throw std::runtime_error("no file in " + (test_dir() / "data").string());
    return read;
  }();
  return all;
}

/// Whether an argument is a count, which does not take the dtype of the case.
bool is_count(const std::string& name) { return name == "total_count"; }

bool is_call(const json& argument) {
  return argument.is_object() &&
         (argument.contains("distribution") || argument.contains("transform"));
}

bool is_list_of_calls(const std::string& name) { return name == "transforms" || name == "parts"; }

/// Makes the distributions and transforms of a call, and records their tensor parameters.
class Builder {
 public:
  Builder(at::ScalarType dtype, const BuildOptions& options, const Inputs& inputs)
      : dtype_(dtype), options_(options), inputs_(inputs) {}

  DistributionPtr distribution(const json& call, const std::string& path = "") {
    return distribution(call.at("distribution").get<std::string>(), call.at("arguments"), path);
  }
  DistributionPtr distribution(const std::string& name, const json& arguments,
                               const std::string& path = "") {
    return test::make(name, read(arguments, path, name), options_.validate_args);
  }

  std::vector<std::pair<std::string, Tensor>> parameters;
  std::vector<std::string> kinds;

 private:
  TransformPtr transform(const json& call, const std::string& path) {
    const TransformPtr made =
        make_transform(call.at("transform"), read(call.at("arguments"), path, ""));
    return call.value("inverse", false) ? made->inv() : made;
  }

  Arguments read(const json& arguments, const std::string& path, const std::string& owner) {
    Arguments result;
    for (const auto& [name, value] : arguments.items()) {
      if (is_list_of_calls(name) && value.is_array()) {
        std::vector<TransformPtr> all;
        for (std::size_t i = 0; i < value.size(); ++i)
          all.push_back(transform(value[i], path + name + '.' + std::to_string(i) + '.'));
        result.emplace(name, std::move(all));
      } else if (is_call(value) && value.contains("transform")) {
        result.emplace(name, transform(value, path + name + '.'));
      } else if (is_call(value)) {
        result.emplace(name, distribution(value, path + name + '.'));
      } else {
        result.emplace(name, param(name, value, path, owner));
      }
    }
    return result;
  }

  Param param(const std::string& name, const json& value, const std::string& path,
              const std::string& owner) {
    const bool is_structure =
        name == "reinterpreted_batch_ndims" || name == "event_dim" || name == "dim";
    if (value.is_number() && (is_structure || is_count(name) || !options_.dtype)) {
      return value.is_number_integer() ? Param(value.get<int64_t>()) : Param(value.get<double>());
    }
    if (value.is_object() && value.contains("input"))
      return inputs_.at(value["input"].get<std::string>());
    Tensor tensor =
        value.is_number() ? at::tensor(value.get<double>(), at::kDouble) : tensor_of(value, dtype_);
    if (options_.dtype && tensor.is_floating_point()) tensor = tensor.to(*options_.dtype);
    if (parameters.size() < options_.replacements.size())
      tensor = options_.replacements[parameters.size()];
    if (options_.requires_grad && tensor.is_floating_point()) tensor.requires_grad_();
    parameters.emplace_back(path + name, tensor);
    kinds.push_back(owner.empty() ? "" : family(owner).kind_of(name));
    return tensor;
  }

  at::ScalarType dtype_;
  const BuildOptions& options_;
  const Inputs& inputs_;
};

double number_of(const json& value) {
  if (value.is_number()) return value.get<double>();
  const std::string& text = value.get_ref<const std::string&>();
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  return std::numeric_limits<double>::quiet_NaN();
}

void flatten(const json& value, std::vector<double>& numbers) {
  if (!value.is_array()) {
    numbers.push_back(number_of(value));
    return;
  }
  for (const json& part : value) flatten(part, numbers);
}

bool all_are_integers(const json& value) {
  if (!value.is_array()) return value.is_number_integer();
  return !value.empty() && std::all_of(value.begin(), value.end(), all_are_integers);
}

/// Adds the names of the inputs of a call.
void inputs_of(const json& call, std::set<std::string>& names) {
  if (call.is_object() && call.contains("input")) {
    names.insert(call["input"]);
  } else if (call.is_structured()) {
    for (const json& part : call) inputs_of(part, names);
  }
}

/// The indices in a column's name: {0, 1} for `x[0][1]`.
std::vector<int64_t> index_of(const std::string& column) {
  std::vector<int64_t> index;
  for (std::size_t at = column.find('['); at != std::string::npos; at = column.find('[', at + 1))
    index.push_back(std::strtoll(column.c_str() + at + 1, nullptr, 10));
  return index;
}

}  // namespace

const Tensor& Built::parameter(const std::string& path) const {
  for (const auto& [name, tensor] : parameters) {
    if (name == path) return tensor;
  }
  throw std::out_of_range("no parameter " + path);
}

bool Family::is_scalar() const { return data->at("kind") == "scalar"; }
bool Family::is_combinator() const { return data->at("kind") == "combinator"; }

bool Family::has(const char* attribute) const {
  const json& all = data->at("attributes");
  return std::find(all.begin(), all.end(), attribute) != all.end();
}

std::string Family::kind_of(const std::string& parameter) const {
  return data->at("parameters").at(parameter);
}

bool Family::has_divergence_to(const Family& other) const {
  for (const json& partners : data->at("kl")) {
    if (std::find(partners.begin(), partners.end(), other.name) != partners.end()) return true;
  }
  return false;
}

std::vector<Family::Law> Family::laws() const {
  std::vector<Law> all;
  for (const json& law : data->at("laws"))
    all.push_back({.name = law.at("name"), .family = this, .data = &law});
  return all;
}

Inputs Family::Law::columns(const char* kind, at::ScalarType dtype) const {
  Inputs inputs;
  for (const auto& [parameter, column] : data->at(kind).items())
    inputs.emplace(parameter, tensor_of(column, at::kDouble).to(dtype));
  return inputs;
}

DistributionPtr Family::Law::make(const Inputs& inputs, Validate validate_args) const {
  const BuildOptions options{.validate_args = validate_args};
  return Builder(at::kDouble, options, inputs).distribution(data->at("call"));
}

const std::vector<Family>& families() {
  static const auto all = [] {
    std::vector<Family> found;
    for (const auto& [name, file] : files()) {
      found.push_back({.name = file.content.at("distribution"),
                       .file = name,
                       .data = &file.content,
                       .parameters = file.parameters});
    }
    return found;
  }();
  return all;
}

const Family& family(const std::string& name) {
  for (const Family& f : families()) {
    if (f.name == name) return f;
  }
  throw std::out_of_range("test/data has no file of " + name);
}

Built Case::build(const BuildOptions& options) const {
  const Inputs none;
  Builder builder(dtype, options, none);
  DistributionPtr made = builder.distribution(distribution, data->at("arguments"));
  return {.distribution = std::move(made),
          .parameters = std::move(builder.parameters),
          .kinds = std::move(builder.kinds)};
}

bool Case::has(const char* attribute) const {
  const auto within = [attribute](const auto& self, const json& call) -> bool {
    if (!call.is_structured()) return false;
    if (call.is_object() && call.contains("distribution") &&
        family(call["distribution"]).has(attribute))
      return true;
    return std::any_of(call.begin(), call.end(),
                       [&](const json& part) { return self(self, part); });
  };
  return family(distribution).has(attribute) || within(within, data->at("arguments"));
}

Tensor Case::points(const char* kind, std::optional<at::ScalarType> in) const {
  const json& points = data->at("points");
  return points.contains(kind) ? tensor_of(points[kind], in.value_or(dtype)) : Tensor();
}

std::vector<Case> cases_of(const char* section) {
  std::vector<Case> cases;
  for (const Family& f : families()) {
    for (const json& data : f.data->at(section)) {
      cases.push_back({.name = data.at("name"),
                       .text = data.at("text"),
                       .distribution = f.name,
                       .dtype = dtype_of(data.value("dtype", "float32")),
                       .data = &data});
    }
  }
  return cases;
}

const std::vector<Case>& all_cases() {
  static const std::vector<Case> cases = cases_of("cases");
  return cases;
}

Table::Table(const json& data)
    : data_(&data),
      dtype_(dtype_of(data.at("dtype"))),
      columns_(data.at("columns").get<std::vector<std::string>>()) {
  std::set<std::string> names{"value", "probability"};
  for (const char* call : {"call", "p", "q"}) {
    if (data.contains(call)) inputs_of(data[call], names);
  }
  std::map<std::string, std::vector<std::size_t>> parts;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (names.contains(without_index(columns_[c]))) parts[without_index(columns_[c])].push_back(c);
  }
  for (const auto& [name, columns] : parts) {
    std::vector<int64_t> sizes(index_of(columns_[columns.front()]).size(), 0);
    for (const std::size_t c : columns) {
      const auto index = index_of(columns_[c]);
      for (std::size_t d = 0; d < sizes.size(); ++d) sizes[d] = std::max(sizes[d], index[d] + 1);
    }
    const auto n = static_cast<int64_t>(rows()), k = static_cast<int64_t>(columns.size());
    Tensor numbers = at::zeros({n, k}, at::kDouble);
    for (int64_t r = 0; r < n; ++r) {
      for (int64_t c = 0; c < k; ++c) {
        numbers.data_ptr<double>()[r * k + c] = number_of(
            data.at("rows")[static_cast<std::size_t>(r)][columns[static_cast<std::size_t>(c)]]);
      }
    }
    sizes.insert(sizes.begin(), n);
    numbers = numbers.view(sizes).to(dtype_);
    inputs_[name] = (n == 1 ? numbers.squeeze(0) : numbers).clone().requires_grad_();
  }
}

std::size_t Table::rows() const { return data_->at("rows").size(); }

bool Table::is_input(std::size_t column) const {
  return inputs_.contains(without_index(columns_[column]));
}

std::optional<Cell> Table::cell(std::size_t row, std::size_t column) const {
  const json& value = data_->at("rows")[row][column];
  if (value.is_null()) return std::nullopt;
  if (value.is_number()) return Cell{.number = value.get<double>()};
  const std::string& text = value.get_ref<const std::string&>();
  const auto at_sign = text.find('@');
  if (at_sign == std::string::npos) return Cell{.number = number_of(value)};
  return Cell{.number = std::strtod(text.c_str(), nullptr),
              .unit = std::strtod(text.c_str() + at_sign + 1, nullptr)};
}

std::string Table::point(std::size_t row) const {
  std::ostringstream text;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (is_input(c)) text << ' ' << columns_[c] << '=' << data_->at("rows")[row][c];
  }
  return text.str();
}

DistributionPtr Table::make(const char* call, Validate validate_args) const {
  const BuildOptions options{.validate_args = validate_args};
  return Builder(dtype_, options, inputs_).distribution(data_->at(call));
}

std::vector<Table> tables_of(const Family& family, const char* section) {
  std::vector<Table> tables;
  for (const json& data : family.data->at(section)) tables.emplace_back(data);
  return tables;
}

std::string without_index(const std::string& column) { return column.substr(0, column.find('[')); }

std::vector<double> numbers_of(const json& value) {
  std::vector<double> numbers;
  flatten(value, numbers);
  return numbers;
}

std::vector<int64_t> sizes_of(const json& value) {
  std::vector<int64_t> sizes;
  for (const json* part = &value; part->is_array(); part = &part->front()) {
    sizes.push_back(static_cast<int64_t>(part->size()));
    if (part->empty()) break;
  }
  return sizes;
}

Tensor tensor_of(const json& value, at::ScalarType dtype) {
  const bool is_stated = value.is_object();
  const json& data = is_stated ? value.at("data") : value;
  if (is_stated && value.contains("dtype")) {
    dtype = dtype_of(value["dtype"]);
  } else if (!is_stated && all_are_integers(data)) {
    dtype = at::kLong;
  }
  return at::tensor(numbers_of(data), at::kDouble).view(sizes_of(data)).to(dtype);
}

at::ScalarType dtype_of(const std::string& name) {
  static const std::map<std::string, at::ScalarType> dtypes{{"float32", at::kFloat},
                                                            {"float64", at::kDouble},
                                                            {"float16", at::kHalf},
                                                            {"bfloat16", at::kBFloat16},
                                                            {"int64", at::kLong}};
  return dtypes.at(name);
}

Tensor weights_of(const Tensor& values) {
  return (1 + at::arange(values.numel(), at::kDouble).remainder(8) / 8)
      .view(values.sizes())
      .to(values.scalar_type());
}

std::ostream& operator<<(std::ostream& out, const Case& golden) { return out << golden.text; }
std::ostream& operator<<(std::ostream& out, const Family& family) { return out << family.name; }

}  // namespace torch::distributions::test
