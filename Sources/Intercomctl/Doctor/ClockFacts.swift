internal import HAL

/// The time of day, which no sound depends on.
struct ClockFacts {
    var isSynchronised: Bool? = ClockState.isSynchronised

    var checks: [Check] {
        switch isSynchronised {
        case true: [.ok(.clock, "synchronised (needed for history only)")]
        case false:
            [
                .warn(
                    .clock, "not synchronised: history and journal may have wrong times",
                    fix: "sudo timedatectl set-ntp true")
            ]
        case nil: [.ok(.clock, "the kernel does not report it (needed for history only)")]
        }
    }
}
