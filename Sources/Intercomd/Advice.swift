/// What a person is told to do next, in the journal and in `status` alike.
enum Advice {
    static func unconfigured(_ folder: String) -> String {
        "no settings yet, so no sound and no peers: intercomctl setup writes"
            + " \(folder)/intercomd.conf, and intercomctl reload takes it over"
    }

    static let unpaired =
        "no peers yet: give each station the other's key (intercomctl key show) with"
        + " intercomctl peer add"

    static func restart(for line: String) -> String {
        "changed in the files, and waits for a restart of intercomd: \(line)"
    }
}
