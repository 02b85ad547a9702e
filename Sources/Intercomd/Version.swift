/// Which intercomd this is; the same in the changelog and in `intercomctl version`.
enum Version {
    static let text = "0.1.0"
}
