target "app" {
  args = { BUILD_DATE = timestamp() }
  contexts = {}
}
target "b" {
  args = { USER_UID = null }
}
