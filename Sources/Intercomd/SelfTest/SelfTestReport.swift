internal import Files
internal import HAL

/// What `intercomd --self-test` prints: a line for each thing that was tried, then the count.
enum SelfTestReport {
    /// - Returns: The exit status: 1 where something has failed.
    static func run() -> Int32 {
        var failures = 0
        for test in SelfTest.all {
            let holds = test.holds
            if !holds { failures += 1 }
            Terminal.write("\(holds ? "ok    " : "FAILED") \(test.name)\n")
        }
        let count = SelfTest.all.count
        Terminal.write("\(count - failures) of \(count) passed\n")
        return failures == 0 ? 0 : 1
    }
}
