import TestSupport
import Testing

@Suite("The sandbox", .endToEnd, .timeLimit(.minutes(2)))
struct SandboxTests {
    /// Runs a program as on a kernel that has no Landlock: its three calls do not exist.
    private static let oldKernel = """
        import ctypes, os, struct, sys
        # Loads the number of the call; 444 to 446 give ENOSYS, all else is allowed.
        rules = [(0x20, 0, 0, 0), (0x35, 0, 2, 444), (0x25, 1, 0, 446), (0x06, 0, 0, 0x00050026), (0x06, 0, 0, 0x7fff0000)]
        code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *rule) for rule in rules))
        class Program(ctypes.Structure):
            _fields_ = [("length", ctypes.c_ushort), ("rules", ctypes.c_void_p)]
        program = Program(len(rules), ctypes.addressof(code))
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.byref(program), 0, 0):
            sys.exit("cannot install the filter: " + os.strerror(ctypes.get_errno()))
        os.execvp(sys.argv[1], sys.argv[1:])
        """

    private func wrapper(_ site: Site) throws -> [String] {
        let script = site.path("old-kernel.py")
        try TestFiles.write(Self.oldKernel, to: script)
        return ["python3", script]
    }

    @Test("on a kernel without Landlock it says once what is missing and works")
    func auto() throws {
        let site = try Site()
        let sidecar = try site.start(under: try wrapper(site))
        try site.waitUntilLive(try site.tip)
        try site.waitUntilLive(try site.repository.commit(["file": "two"]))
        #expect(try sidecar.stop() == 0)
        let lines = sidecar.log.with("the worker process is not wholly confined")
        #expect(lines.count == 1)
        #expect(lines.first?["missing"]?.contains("Landlock") == true, "\(lines)")
    }

    @Test("with --sandbox=require nothing is published there, what is live stays, and the reason tells what to do")
    func require() throws {
        let site = try Site()
        #expect(try site.sync().status == 0)
        let first = site.read("file")
        try site.repository.commit(["file": "two"])
        let run = try site.sync("--sandbox=require", under: try wrapper(site))
        #expect(run.status == 1)
        #expect(site.read("file") == first)
        #expect(run.errors.contains("it cannot be confined") && run.errors.contains("--sandbox=auto"), "\(run.errors)")
        // Where the kernel can do it, it is done.
        #expect(try site.sync("--sandbox=require").status == 0)
        #expect(site.read("file") == "two")
    }

    @Test("with --sandbox=off nothing is said to be missing")
    func off() throws {
        let site = try Site()
        let run = try site.sync("--sandbox=off", under: try wrapper(site))
        #expect(run.status == 0 && !run.errors.contains("confined"), "\(run.errors)")
    }
}
