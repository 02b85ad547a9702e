internal import Files

/// What the command line of `intercomd` says.
struct Options {
    var folder = ConfigFolder.standard
    /// Switch off the relays of a daemon that has ended, and nothing else.
    var switchesRelaysOff = false

    /// What to do instead of running.
    enum Instead: Error, Equatable {
        case help
        case version
        case selfTest
        /// The line makes no sense: what is wrong with it.
        case usage(String)
    }

    static let help = """
        usage: intercomd [--config DIR]

        Runs this machine's intercom station. Settings are in DIR (/etc/intercomd), see
        intercomd.conf(5); intercomctl(1) shows what it does.

          --config DIR   read settings from DIR instead
          --relays-off   switch off the relays that a stopped intercomd left on
          --self-test    try the program and its libraries on this machine
          --version      print the version
          --help         print this

        """

    init(_ arguments: [String]) throws(Instead) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--help", "-h": throw .help
            case "--version": throw .version
            case "--self-test": throw .selfTest
            case "--relays-off": switchesRelaysOff = true
            case "--config":
                guard let folder = rest.popFirst() else { throw .usage("--config needs a folder") }
                self.folder = folder
            default:
                throw .usage("'\(argument)' is not an option of intercomd")
            }
        }
    }
}
