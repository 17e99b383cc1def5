import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {ignores: ['dist/', 'coverage/', 'node_modules/']},
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {projectService: true},
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/return-await': [
        'error',
        'error-handling-correctness-only',
      ],
      '@typescript-eslint/no-unused-vars': ['error', {argsIgnorePattern: '^_'}],
      // A provider's or an interface's method may have to return a promise.
      '@typescript-eslint/require-await': 'off',
      // LoopBack groups binding keys in namespaces, as hosts expect of it.
      '@typescript-eslint/no-namespace': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {
      globals: {
        require: 'readonly',
        module: 'writable',
        process: 'readonly',
        console: 'readonly',
        __dirname: 'readonly',
      },
    },
  },
  {
    // Run by a browser.
    files: ['pages/*.js'],
    languageOptions: {
      globals: {
        document: 'readonly',
        history: 'readonly',
        location: 'readonly',
        EventSource: 'readonly',
        FormData: 'readonly',
        Option: 'readonly',
        ResizeObserver: 'readonly',
        URLSearchParams: 'readonly',
        fetch: 'readonly',
        requestAnimationFrame: 'readonly',
        setInterval: 'readonly',
      },
    },
  },
);
