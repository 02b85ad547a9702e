internal import HAL
internal import Time

/// A program that `intercomctl` runs for the person, and waits for.
enum SystemProgram {
    /// How a program ended.
    enum Outcome: Equatable {
        case ended(status: Int)
        case notStarted(SystemError)
        /// The program did not end in time, and was killed.
        case hung
    }

    /// Long enough to check settings and cards; a hanging disk must not block the person for ever.
    private static let patience = Duration.seconds(60)

    /// Runs a program.
    ///
    /// - Parameters:
    ///   - path: The program.
    ///   - arguments: The words after its name.
    /// - Returns: How the program ended.
    static func run(_ path: String, _ arguments: [String]) -> Outcome {
        let child: ChildProgram
        do throws(SystemError) {
            child = try ChildProgram(
                path, arguments: arguments,
                environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"])
        } catch { return .notStarted(error) }
        let end = Clock.now() + patience
        while Clock.now() < end {
            if let status = child.ended() { return .ended(status: status) }
            Clock.sleep(.milliseconds(50))
        }
        child.kill()
        return .hung
    }

    /// Runs a program, and describes its failure.
    ///
    /// - Parameters:
    ///   - path: The program.
    ///   - arguments: The words after its name.
    ///   - words: The command, for a person.
    /// - Returns: The failure; nil if all went well.
    static func failure(_ path: String, _ arguments: [String], called words: String) -> String? {
        switch run(path, arguments) {
        case .ended(0): nil
        case .ended(let status): "\(words) ended with status \(status)"
        case .notStarted(let error): error.description
        case .hung: "\(words) did not end"
        }
    }
}
