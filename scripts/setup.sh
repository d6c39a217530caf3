# Sourced by the other scripts: installs what a Debian machine lacks, and configures and builds in build/<preset>.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=${TORCH_DISTRIBUTIONS_PRESET:-release}
build=build/$preset
jobs=$(nproc)

say() { printf '\n==> %s\n' "$*"; }

# Installs the named Debian packages that are missing; without root, prints the command that does and stops.
need_packages() {
  local missing=()
  command -v apt-get > /dev/null || { say "Not a Debian system: taking $* for installed"; return; }
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null) == installed ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    echo "Missing packages. Install them, then run this script again:" >&2
    echo "  sudo apt-get update && sudo apt-get install --yes --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  say "Installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install --yes --quiet=2 --no-install-recommends "${missing[@]}" > /dev/null
}

# Configures $build. LibTorch is installed under build/ when the machine has none.
configure() {
  local packages=(g++ cmake ninja-build ccache libfmt-dev libgtest-dev libgmock-dev nlohmann-json3-dev libstb-dev)
  # Debian's python3 comes without what a private environment needs.
  python3 -c 'import ensurepip' 2> /dev/null || packages+=(python3 python3-venv)
  need_packages "${packages[@]}"
  say "Configuring $build"
  cmake --preset "$preset" -DTORCH_DISTRIBUTIONS_TORCH_ENVIRONMENT="$PWD/build/libtorch" "$@"
}

# Installs the compiler for device code, which needs no GPU, as Python wheels under build/. Where that fails, so does the test
# that needs it.
need_nvcc() {
  local environment=$PWD/build/nvcc
  [[ -e $environment/complete ]] && return
  say "Installing nvcc into $environment"
  python3 -m venv "$environment" &&
    "$environment/bin/python" -m pip --disable-pip-version-check install --quiet \
      nvidia-cuda-nvcc==13.0.88 nvidia-cuda-crt==13.0.88 nvidia-nvvm==13.0.88 nvidia-cuda-runtime==13.0.96 &&
    touch "$environment/complete" ||
    say "nvcc was not installed: the test cuda/formulas will fail"
}

# Builds the named targets, or everything.
build() {
  say "Building ${*:-everything} on $jobs cores"
  cmake --build "$build" --parallel "$jobs" ${1:+--target "$@"}
}
