// Made after the reference of bake: variables, functions, groups, a matrix, parents.
variable "TAG" {
  default = "3.12"
}
variable "REGISTRY" {}
variable "SUFFIXES" {
  default = ["slim", "alpine"]
}
function "image" {
  params = [version, suffix]
  result = join("-", compact(["python:${version}", suffix]))
}
function "all" {
  params          = []
  variadic_params = names
  result          = join(",", names)
}
group "default" {
  targets = ["app"]
}
target "_common" {
  contexts = { base = "docker-image://alpine:3.20" }
  args     = { BASE = "python:3.10", NAMES = all("a", "b") }
}
target "app" {
  name = "app-${replace(version, ".", "-")}-${suffix}"
  matrix = {
    version = ["3.11", TAG]
    suffix  = SUFFIXES
  }
  inherits = ["_common"]
  args = {
    BASE = image(version, suffix)
    DATE = formatdate("YYYY-MM-DD", timestamp())
  }
}
target "release" {
  args = {
    BASE = equal("", REGISTRY) ? "python:3.12" : "${REGISTRY}/python:3.12"
  }
  contexts = {
    source = "https://git.example.org/project_ai.git#main"
    tools  = "docker-image://registry.example.org/tools:${lower("V2")}"
  }
}
target "pinned" {
  inherits = ["release"]
  args = { BASE = "python@sha256:2fba8e70a87bcc9f6edd20dda0a1d4adb32046d2acbca7361bc61da5a106a914" }
}
target "inline" {
  dockerfile-inline = <<EOT
FROM alpine:3.20
EOT
}
target "quoted" {
  dockerfile-inline = "FROM alpine:3.20"
}
target "elsewhere" {
  inherits = ["lost"]
}
